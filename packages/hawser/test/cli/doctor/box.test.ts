import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boxOf, clip, fieldOf, textOf } from '../../../src/cli/doctor/box.ts'
import { answer } from './observations.ts'

test('recognizes the usual boxes by Server, Via, their own fields and their own pages', () => {
  const recognized: readonly (readonly [name: string, ownPage: boolean, answer: ReturnType<typeof answer>])[] = [
    ['nginx', false, answer(403, 'no', { Server: 'nginx/1.22.1' })],
    ['nginx', true, answer(502, '<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>')],
    ['OpenResty', true, answer(502, '<hr><center>openresty/1.21</center>')],
    ['Apache httpd', true, answer(503, '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>503 Service Unavailable</title>')],
    ['HAProxy', true, answer(503, '<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n')],
    ['Caddy', true, answer(502, '', { Server: 'Caddy' })],
    ['Caddy', false, answer(403, 'who?', { Server: 'Caddy' })],
    ['Caddy', false, answer(404, '', { Via: '1.1 Caddy', Server: 'app' })],
    ['Caddy', false, answer(404, '', { Server: 'Caddy', Via: '1.1 Caddy' })],
    ['Traefik', true, answer(404, '404 page not found\n')],
    ['Envoy', true, answer(503, 'upstream connect error or disconnect/reset before headers. reset reason: connection failure', { server: 'envoy' })],
    [
      'AWS load balancer',
      true,
      answer(502, '<html>\r\n<head><title>502</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>', {
        Server: 'awselb/2.0',
      }),
    ],
    ['Cloudflare', false, answer(403, 'no', { 'CF-RAY': '1-FRA', Server: 'cloudflare' })],
    ['Amazon CloudFront', false, answer(403, 'no', { Via: '1.1 abc.cloudfront.net (CloudFront)' })],
    ['Google load balancer', false, answer(403, 'no', { Via: '1.1 google' })],
    ['a proxy', false, answer(403, 'no', { Via: '1.1 gate.example' })],
  ]
  for (const [name, ownPage, one] of recognized) {
    const box = boxOf(one)
    assert.deepEqual([box?.name, box?.ownPage], [name, ownPage], name)
    assert.ok((box?.evidence ?? '').length > 10)
  }
  assert.equal(boxOf(answer(404, 'Cannot GET /', { 'X-Powered-By': 'Express' })), undefined)
})

test('reads fields in any case, and the text of a page', () => {
  assert.equal(fieldOf(answer(301, '', { LOCATION: '/a' }), 'location'), '/a')
  assert.equal(clip(textOf('<html><head><title>x</title></head><body><p>Not <b>here</b></p></body></html>'), 40), 'Not here')
  assert.equal(clip('a'.repeat(50), 10), 'aaaaaaaaa…')
})
