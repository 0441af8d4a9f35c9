import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineInterface } from '../../src/web/define-interface.ts'

class Lamp {
  get isLit(): boolean {
    return true
  }
  toggle(): void {}
}
defineInterface(Lamp, 'Lamp', { ON: 1 })

test('members of an interface are enumerable and its constructor is not [Web IDL section 3.7]', () => {
  const names: string[] = []
  for (const name in new Lamp()) names.push(name)
  assert.deepEqual(names.sort(), ['ON', 'isLit', 'toggle'])
})

test('the interface object and its prototype have the constants, which cannot be changed [Web IDL section 3.7.5]', () => {
  assert.deepEqual(Object.getOwnPropertyDescriptor(Lamp, 'ON'), { value: 1, writable: false, enumerable: true, configurable: false })
  assert.deepEqual(Object.getOwnPropertyDescriptor(Lamp.prototype, 'ON'), { value: 1, writable: false, enumerable: true, configurable: false })
})

test('the class string is the name of the interface [Web IDL section 3.7.3]', () => {
  assert.equal(Object.prototype.toString.call(new Lamp()), '[object Lamp]')
})
