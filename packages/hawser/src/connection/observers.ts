import { OptionError } from '../core/errors.ts'
import type { FieldLine } from '../core/handshake/fields.ts'
import { encodeLatin1 } from '../core/http1/latin1.ts'
import { checkNames } from '../core/option-names.ts'
import { withoutPromise } from '../core/thenable.ts'
import { notify } from './application-code.ts'
import type { Clock } from './clock.ts'
import { ConnectionWatch } from './connection-watch.ts'
import type { ObserverList } from './connection-watch.ts'
import { ObservedTransport } from './observed-transport.ts'
import type { BeginningHandshake, ObservedHandshake, Observer } from './observer.ts'
import { checkFunction } from './option-checks.ts'
import type { Socket } from './socket.ts'
import type { Transport } from './transport.ts'

const none: readonly Observer[] = Object.freeze([])
const members = ['isActive', 'begin', 'handshake', 'connection'] as const

let lastConnection = 0

/** A transport that is observed, and the call that begins it. */
export interface WatchedTransport {
  readonly transport: Transport
  /** Call it with the connection over `transport`, before its first byte is written or read. @param early bytes that came with the handshake */
  start(socket: unknown, early: readonly Uint8Array[] | undefined): void
}

/** The observers of one server, or of one call of `connect`. They come and go; without one nothing is made for them. */
export class Observers implements ObserverList {
  #all: readonly Observer[] = none
  /** Who was told of a handshake: only they are asked about its connection. */
  readonly #told = new WeakMap<ObservedHandshake, readonly Observer[]>()
  readonly #report: (error: unknown) => void

  /** @param report takes errors of observers; never throws */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** @returns a function that removes it; it is told nothing more, also of connections that it observes already */
  add(observer: Observer): () => void {
    if (!this.#all.includes(observer)) this.#all = [...this.#all, observer]
    return () => {
      this.#all = this.#all.filter((other) => other !== observer)
    }
  }

  /**
   * Those who are active now; undefined where nobody is. Whoever has to make something for them asks first and passes them on, because a function that
   * describes a handshake is garbage where nobody is told of it.
   * @param begins only those that have `begin`
   */
  active(begins: boolean = false): readonly Observer[] | undefined {
    let active: Observer[] | undefined
    for (let i = 0; i < this.#all.length; i++) {
      const observer = this.#all[i]!
      if ((!begins || observer.begin !== undefined) && this.#isActive(observer)) (active ??= []).push(observer)
    }
    return active
  }

  #isActive(observer: Observer): boolean {
    try {
      return observer.isActive === undefined || withoutPromise('isActive', observer.isActive())
    } catch (error) {
      this.#report(error)
      return false
    }
  }

  has(observer: Observer): boolean {
    return this.#all.includes(observer)
  }

  failed(error: unknown): void {
    this.#report(error)
  }

  /** @param describe not called without an active observer that has `begin` */
  begin(describe: () => BeginningHandshake, active: readonly Observer[] | undefined = this.active(true)): void {
    if (active === undefined) return
    const event = describe()
    for (const observer of active) {
      notify(
        () => observer.begin?.(event),
        (error) => this.#report(error),
      )
    }
  }

  /** @param describe not called without an active observer @returns the handshake; undefined where nobody observes it */
  handshake(describe: () => ObservedHandshake, active: readonly Observer[] | undefined = this.active()): ObservedHandshake | undefined {
    if (active === undefined) return undefined
    const event = describe()
    this.#told.set(event, active)
    for (const observer of active) {
      notify(
        () => observer.handshake?.(event),
        (error) => this.#report(error),
      )
    }
    return event
  }

  /** @returns undefined where nobody observes connections */
  watch(role: 'client' | 'server', inner: Transport, clock: Clock, handshake: ObservedHandshake): WatchedTransport | undefined {
    const told = this.#told.get(handshake) ?? none
    if (!told.some((observer) => this.has(observer) && observer.connection !== undefined)) return undefined
    const watch = new ConnectionWatch(clock, this)
    return {
      transport: new ObservedTransport(inner, watch),
      start(socket, early) {
        watch.start(told, { id: ++lastConnection, role, socket: socket as Socket, handshake }, early)
      },
    }
  }
}

/** @throws OptionError unless it is undefined or an observer */
export function checkObserver(option: string, observer: unknown): void {
  if (observer === undefined) return
  if (typeof observer !== 'object' || observer === null || Symbol.iterator in observer) {
    throw new OptionError(option, `an object with ${members.join(', ')}`, observer)
  }
  checkNames(observer, members, `${option}.`)
  for (const name of members) checkFunction(`${option}.${name}`, (observer as Observer)[name])
}

/** A head of HTTP/2 as observers see it: `name: value` lines and an empty line. HTTP/2 has no such text on the wire. */
export function renderLines(lines: Iterable<FieldLine>): Uint8Array {
  let text = ''
  for (const [name, value] of lines) text += `${name}: ${value}\r\n`
  return encodeLatin1(`${text}\r\n`)
}
