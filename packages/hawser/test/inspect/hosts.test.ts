import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAllowedHost } from '../../src/inspect/hosts.ts'

test('on loopback, allows only names and addresses of loopback, so that DNS rebinding fails', () => {
  for (const host of ['localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'localhost', 'x.localhost:1'])
    assert.equal(isAllowedHost(host, '127.0.0.1', 'box'), true, host)
  for (const host of [
    'evil.example:8080',
    '10.0.0.1:8080',
    'box:8080',
    'localhost@evil.example',
    'localhost:x',
    '',
    'localhost evil',
    '[::1',
    undefined,
  ]) {
    assert.equal(isAllowedHost(host, '127.0.0.1', 'box'), false, host)
  }
})

test('beyond loopback, allows addresses, the bound name and the name of the machine', () => {
  for (const host of ['10.0.0.1:8080', '[2001:db8::1]:8080', 'Box:8080', 'localhost:8080'])
    assert.equal(isAllowedHost(host, '0.0.0.0', 'box'), true, host)
  assert.equal(isAllowedHost('app.example', 'app.example', 'box'), true)
  assert.equal(isAllowedHost('evil.example', '0.0.0.0', 'box'), false)
})

test('refuses a Host that could add a directive to the Content-Security-Policy', () => {
  for (const host of [
    'a;script-src *.localhost',
    "x;script-src'unsafe-inline'.localhost",
    'a,b.localhost',
    'a b.localhost',
    "'self'.localhost",
    '*.localhost',
    'a%3b.localhost',
    'a.localhost\u00a0',
    'localhost;',
    '[::1];',
    '[::1]:80;',
    'localhost:80 ',
  ]) {
    for (const bound of ['127.0.0.1', '0.0.0.0']) assert.equal(isAllowedHost(host, bound, 'box'), false, host)
  }
})

test('allows the names of --allow-host, but none that could change the policy', () => {
  for (const allowed of ['app.example', 'app.example:8080'])
    assert.equal(isAllowedHost('App.example:8080', '127.0.0.1', 'box', [allowed]), true, allowed)
  assert.equal(isAllowedHost('app.example:1', '127.0.0.1', 'box', ['app.example:8080']), false)
  assert.equal(isAllowedHost('a;b', '127.0.0.1', 'box', ['a;b']), false)
})
