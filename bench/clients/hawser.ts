import type * as Hawser from '../../packages/hawser/src/index.ts'
import { drive, readClientSetup } from './drive.ts'

const { connect } = (await import(readClientSetup().hawser)) as typeof Hawser

drive((url, received) =>
  connect(url, {
    parallel: true,
    message(_: unknown, data: string | Uint8Array) {
      received(data as string)
    },
  } as never),
)
