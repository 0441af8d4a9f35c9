import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { LogWriter } from '../../src/cli/log-writer.ts'

/** An output whose reader takes one chunk each time that `read` is called. */
class SlowOutput extends Writable {
  readonly taken: string[] = []
  #done: (() => void) | undefined

  constructor() {
    super({ decodeStrings: false })
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.taken.push(chunk)
    this.#done = done
  }

  async readAll(): Promise<void> {
    while (this.#done !== undefined) {
      const done = this.#done
      this.#done = undefined
      done()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

const line = `${'x'.repeat(1023)}\n`

test('a stalled reader costs a bounded queue: further lines are dropped, counted and not even made', async () => {
  const output = new SlowOutput()
  const log = new LogWriter(output, (lines) => `dropped ${lines}\n`)
  let made = 0
  for (let index = 0; index < 5000; index++) {
    log.write(() => {
      made += 1
      return line
    })
  }
  assert.equal(made, 1024)
  assert.ok(output.writableLength <= 1 << 20)
  await output.readAll()
  assert.deepEqual(output.taken.slice(-2), [line, `dropped ${5000 - 1024}\n`])
  log.write(() => 'next\n')
  await output.readAll()
  assert.deepEqual(output.taken.slice(-1), ['next\n'])
})

test('a slow reader finds the count where the lines are missing', async () => {
  const output = new SlowOutput()
  const log = new LogWriter(output, (lines) => `dropped ${lines}\n`)
  output.cork()
  for (let index = 0; index < 1030; index++) log.write(() => line)
  output.uncork()
  await output.readAll()
  for (let index = 0; index < 1030; index++) log.write(() => line)
  await output.readAll()
  assert.deepEqual(
    output.taken.map((chunk) => (chunk === line ? 'line' : chunk.trim())).filter((text) => text !== 'line'),
    ['dropped 6', 'dropped 6'],
  )
})

test('a reader that goes away ends the log and raises nothing', async () => {
  const output = new SlowOutput()
  const log = new LogWriter(output, () => 'dropped\n')
  output.destroy(new Error('EPIPE'))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(log.isBroken, true)
  log.write(() => assert.fail('a line is made for nobody'))
})
