/** The page of `inspect`: a list of connections, and everything about the selected one. */
import { connectActions } from './actions.js'
import { connectArchive } from './archive.js'
import { Connections } from './connections.js'
import { Details } from './details.js'
import { element, field, say } from './dom.js'
import { fetchJson, Poll } from './poll.js'

/** @import { ConnectionReport } from '../report.ts' */
/** @import { PageFacts } from '../server-facts.ts' */

/** @param {PageFacts} facts */
function start(facts) {
  const details = new Details(facts)
  /** Negative ids. @type {Map<number, ConnectionReport>} */
  const loaded = new Map()
  /** @type {number | undefined} */
  let selected
  /** The text in the target of a connection that is to be selected once it is there. @type {string | undefined} */
  let awaited
  let now = Date.now()
  /** Which server has given the ids: after a restart they mean other connections. @type {string | undefined} */
  let instance

  const connections = new Connections(select)
  const poll = new Poll({
    wanted: () => (selected === undefined || selected < 0 ? undefined : { id: selected, from: details.nextFrame }),
    connections(report) {
      now = report.now
      if (instance !== undefined && report.instance !== instance && selected !== undefined && selected > 0) lose()
      instance = report.instance
      connections.update(report.connections, report.dropped)
      const found = awaited === undefined ? undefined : connections.find(awaited)
      if (found !== undefined) select(found)
    },
    connection(report) {
      if (report.id === selected) details.show(report, now)
    },
    gone(id) {
      if (id === selected) lose()
    },
  })

  function lose() {
    selected = undefined
    connections.mark(undefined)
    details.gone()
  }

  /** @param {number} id */
  function select(id) {
    awaited = undefined
    if (id === selected) return
    selected = id
    connections.mark(id)
    details.select()
    const report = loaded.get(id)
    if (report === undefined) poll.now()
    else details.show(report, report.endedAt ?? now)
  }

  connectArchive(
    () => details.report,
    (report) => {
      const own = { ...report, id: -1 - loaded.size }
      loaded.set(own.id, own)
      connections.addLoaded(own)
      select(own.id)
    },
  )
  if (facts.role === 'server') {
    connectActions(facts, (mark) => {
      awaited = mark
      poll.now()
    })
  }
  document.addEventListener('keydown', (event) => {
    const { target } = event
    const isWriting = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    if (event.key !== '/' || isWriting || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    field('search').focus()
  })
  poll.now()
}

/** @param {PageFacts} facts */
function showFacts(facts) {
  const isServer = facts.role === 'server'
  say(element('server-role'), isServer ? 'Server' : 'Client')
  say(element('server-url'), isServer ? `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/` : 'this page shows its connections')
  say(element('server-mode'), facts.mode)
  say(element('server-subprotocols'), facts.subprotocols?.join(', ') || 'none')
  say(element('server-origins'), facts.origins)
  element('fact-mode').hidden = facts.mode === ''
  element('fact-subprotocols').hidden = facts.subprotocols === undefined
  element('fact-origins').hidden = facts.origins === ''
}

try {
  const facts = /** @type {PageFacts} */ (await fetchJson('server'))
  showFacts(facts)
  start(facts)
} catch (error) {
  say(element('live'), /** @type {Error} */ (error).message)
}
