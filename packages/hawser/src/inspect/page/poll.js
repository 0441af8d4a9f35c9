/** Asks the server for what has changed. One request at a time, and none while nobody looks: a busy server is not made busier. */
import { button, element, say } from './dom.js'

/** @import { ConnectionReport, ConnectionsReport } from '../report.ts' */

const intervalMs = 500

/**
 * @typedef {object} PollTarget
 * @property {() => { id: number, from: number } | undefined} wanted the selected connection, and its first frame that is not here
 * @property {(report: ConnectionsReport) => void} connections
 * @property {(report: ConnectionReport) => void} connection
 * @property {(id: number) => void} gone the wanted connection is no longer kept
 */

export class Poll {
  /** @type {PollTarget} */
  #target
  #isPaused = false
  #isAsking = false
  #again = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer

  /** @param {PollTarget} target */
  constructor(target) {
    this.#target = target
    document.addEventListener('visibilitychange', () => this.now())
    button('pause').addEventListener('click', () => {
      this.#isPaused = !this.#isPaused
      button('pause').setAttribute('aria-pressed', String(this.#isPaused))
      if (this.#isPaused) this.#show('paused', 'CLOSING')
      this.now()
    })
  }

  /** Asks at once rather than at the end of the interval. */
  now() {
    if (this.#isAsking) this.#again = true
    else void this.#ask()
  }

  async #ask() {
    clearTimeout(this.#timer)
    if (this.#isPaused || document.hidden) return
    this.#isAsking = true
    this.#again = false
    try {
      this.#target.connections(/** @type {ConnectionsReport} */ (await fetchJson('connections')))
      const wanted = this.#target.wanted()
      if (wanted !== undefined) {
        const report = /** @type {ConnectionReport | undefined} */ (await fetchJson(`connections/${wanted.id}?from=${wanted.from}`, 404))
        if (report === undefined) this.#target.gone(wanted.id)
        else this.#target.connection(report)
      }
      this.#show('live', 'OPEN')
    } catch (error) {
      this.#show(/** @type {Error} */ (error).message, 'CLOSED')
    }
    this.#isAsking = false
    if (this.#again) void this.#ask()
    else this.#timer = setTimeout(() => void this.#ask(), intervalMs)
  }

  /** @param {string} text @param {string} state */
  #show(text, state) {
    if (this.#isPaused && state !== 'CLOSING') return
    say(element('live'), text)
    element('live').dataset['state'] = state
  }
}

/**
 * @param {string} path
 * @param {number} [missing] the status of an answer that gives undefined
 */
export async function fetchJson(path, missing) {
  /** @type {Response} */
  let response
  try {
    response = await fetch(path, { cache: 'no-store', credentials: 'same-origin' })
  } catch {
    throw new Error('the server cannot be reached')
  }
  if (response.status === missing) return undefined
  if (!response.ok) throw new Error(`the server answers ${response.status}: ${(await response.text()).slice(0, 200)}`)
  return response.json()
}
