/**
 * What `limits.memory` costs: `node --import tsx bench/micro/memory-limit.ts`. CPU time of a thousand opening handshakes that are accepted, and of a thousand
 * that are refused beyond the limit; and what it takes to find a thousand connections that hold the most, among ten thousand.
 */
import process from 'node:process'
import { MemoryBudget } from '../../packages/hawser/src/connection/memory-budget.ts'
import type { MemoryAccount } from '../../packages/hawser/src/connection/memory-budget.ts'
import { nodeClock } from '../../packages/hawser/src/runtime/node/clock.ts'
import { memoryServer, settle } from '../../packages/hawser/src/testing/index.ts'
import type { MemoryServer } from '../../packages/hawser/src/testing/index.ts'

const count = 1000

async function cpuMilliseconds(work: () => Promise<unknown>): Promise<string> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return `${((user + system) / 1000).toFixed(0)} ms for ${count}`
}

async function handshakes(server: MemoryServer, repeat: number): Promise<void> {
  for (let i = 0; i < repeat; i++) await server.connect('ws://localhost/', { keepalive: false }).catch(() => undefined)
}

const open = memoryServer({ open() {}, keepalive: false, limits: { memory: 1e9 } })
await handshakes(open, count)
console.log(`accepted    ${await cpuMilliseconds(() => handshakes(open, count))}`)

const full = memoryServer({ open() {}, keepalive: false, limits: { memory: 1 } }, { capacity: 0 })
const client = await full.connect('ws://localhost/', { keepalive: false })
client.pause()
for (const socket of full.connections) socket.send('x')
await settle()
await handshakes(full, count)
console.log(`refused     ${await cpuMilliseconds(() => handshakes(full, count))}`)

const budget = new MemoryBudget(1e9, nodeClock)
const holders = Array.from({ length: 10_000 }, () => {
  const holder = { heldBytes: 0, ended: false, account: undefined as MemoryAccount | undefined, endForMemory: () => void (holder.ended = true) }
  holder.account = budget.open(holder)
  return holder
})
let ends = 0
let changes = 0
const growth = await cpuMilliseconds(async () => {
  for (let i = 0; ends < count; i++) {
    const holder = holders[i % holders.length]!
    holder.heldBytes += 10_000
    holder.account?.update()
    changes++
    if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve))
    if (!holder.ended) continue
    ends++
    holder.ended = false
    holder.heldBytes = 0
    holder.account = budget.open(holder)
  }
})
console.log(`ended       ${growth} of 10000 connections, with ${changes} changes of what they hold`)
process.exit(0)
