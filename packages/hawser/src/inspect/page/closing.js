/** The closing handshake of the selected connection as a sequence. */
import { visible } from './bytes.js'
import { element, make, say } from './dom.js'

/** @import { ConnectionReport } from '../report.ts' */

/** @param {ConnectionReport} report */
export function showClosing(report) {
  const { closing, role, startedAt } = report
  element('closing-empty').hidden = closing !== null
  say(element('closing-summary'), closing === null ? '' : summaryOf(closing, role))
  const steps = closing?.steps ?? []
  const text = JSON.stringify(steps)
  const list = element('closing')
  if (list.dataset['steps'] === text) return
  list.dataset['steps'] = text
  const own = role
  const other = role === 'server' ? 'client' : 'server'
  list.replaceChildren(
    ...steps.map(({ time, what, code, reason }, index) => {
      const item = make('li', undefined, what)
      item.append(make('span', `+${((time - startedAt) / 1000).toFixed(3)}`, 'time'), ' ')
      if (what === 'ended') {
        item.append(make('strong', 'the transport ended'), ...(reason === '' ? [] : [': ', make('bdi', visible(reason))]))
        return item
      }
      const [from, to] = what === 'sent' ? [own, other] : [other, own]
      const first = index === 0 ? ' and begins the closing handshake' : ' and answers'
      item.append(
        make('strong', `${from} → ${to}`),
        ` Close frame ${code === 1005 ? 'without a code' : `with ${code ?? ''}`}`,
        ...(reason === '' ? [] : [' ', make('bdi', `“${visible(reason)}”`)]),
        first,
      )
      return item
    }),
  )
}

/**
 * @param {NonNullable<ConnectionReport['closing']>} closing
 * @param {ConnectionReport['role']} role
 */
function summaryOf({ initiator, wasClean, steps }, role) {
  const other = role === 'server' ? 'client' : 'server'
  const who = initiator === 'local' ? `the ${role} began` : initiator === 'remote' ? `the ${other} began` : 'nobody began'
  const isOver = steps.some(({ what }) => what === 'ended')
  const codeOf = (/** @type {'sent' | 'received'} */ what) => {
    const step = steps.find((one) => one.what === what)
    return step === undefined ? 'none' : step.code === 1005 ? 'one without a code' : String(step.code)
  }
  const [server, client] = role === 'server' ? [codeOf('sent'), codeOf('received')] : [codeOf('received'), codeOf('sent')]
  const end = !isOver ? 'It has not ended yet.' : wasClean ? 'The end is clean.' : 'The end is not clean.'
  return `In the closing handshake, ${who}. Close code of the client: ${client}; of the server: ${server}. ${end}`
}
