/** Connections on which nothing is said for a while. */
import { exitCodes } from '../../exit-codes.ts'
import type { FindingRule } from '../finding.ts'
import { blameBox, boxEvidence, seconds } from './evidence.ts'

/** Timeouts that products have by default, in seconds. */
const usualTimeouts: readonly (readonly [seconds: number, whose: string])[] = [
  [20, 'Azure Application Gateway'],
  [30, 'Google Cloud load balancers (backend timeout), Traefik before version 3, many HAProxy configurations'],
  [50, 'HAProxy configurations of Debian ("timeout client 50000")'],
  [55, 'the router of Heroku'],
  [60, 'nginx (proxy_read_timeout), Apache httpd (ProxyTimeout, Timeout) and the AWS Application Load Balancer'],
  [100, 'Cloudflare'],
  [120, 'Apache httpd configurations, IIS'],
  [180, 'Traefik (idleTimeout)'],
  [240, 'Azure Load Balancer'],
  [300, 'Apache httpd configurations, many firewalls'],
  [350, 'the AWS Network Load Balancer'],
  [600, 'AWS API Gateway, Google Cloud firewalls'],
]

/** The timeout behind a measured time, in seconds: measured ones are a little longer. @returns undefined where it is not round */
export function roundTimeout(ms: number): number | undefined {
  const rounded = Math.round(ms / 1000)
  const tolerance = Math.max(250, 0.02 * ms)
  if (rounded < 1 || Math.abs(ms - 1000 * rounded) > tolerance) return undefined
  return rounded <= 10 || rounded % 5 === 0 ? rounded : undefined
}

export const idleRules: readonly FindingRule[] = [
  {
    id: 'idle-timeout',
    severity: 'warning',
    exit: exitCodes.warning,
    diagnose(seen) {
      const { idle } = seen
      if (idle === undefined || idle.silent.survived || idle.silent.end === undefined || idle.silent.end.received) return undefined
      const { afterMs } = idle.silent
      const round = roundTimeout(afterMs)
      const usual = usualTimeouts.find(([one]) => one === round)
      const { box } = blameBox(seen, true)
      const length = round === undefined ? seconds(afterMs) : `${round} s`
      return {
        title: `${box ?? 'A box in between'} ends connections that are idle for ${length}.`,
        evidence: [
          `an idle connection ended after ${seconds(afterMs)} without a Close frame, and a WebSocket server would send one`,
          ...(round === undefined ? [] : [`that is a round number, as of a timeout in a configuration`]),
          ...(usual === undefined ? [] : [`it is the default of ${usual[1]}`]),
          idle.pinged.survived
            ? `a second connection with a Ping every ${seconds(idle.pingIntervalMs)} survived`
            : `a second connection with a Ping every ${seconds(idle.pingIntervalMs)} ended too, so Pings do not help`,
          ...boxEvidence(seen),
        ],
        blame: 'a box in between',
        ...(box === undefined ? {} : { box }),
        advice: [
          `Let the server send Pings at intervals well below ${length} (hawser: keepalive: { intervalMs }), because browsers send none.`,
          'Or raise the idle timeout of the box.',
        ],
        remedy: 'idle',
      }
    },
  },
  {
    id: 'idle-closed',
    severity: 'note',
    exit: exitCodes.clean,
    diagnose({ idle }) {
      const end = idle?.silent.end
      if (idle === undefined || idle.silent.survived || end?.received !== true) return undefined
      return {
        title: `The server itself closes a connection that is idle for ${seconds(idle.silent.afterMs)}, with ${end.code}.`,
        evidence: [`its Close frame has ${end.code}${end.reason === '' ? '' : ` ${JSON.stringify(end.reason)}`}, so it is no box in between`],
        blame: 'the server',
        advice: ['If this is not wanted, raise its idle timeout, or let clients send messages meanwhile.'],
      }
    },
  },
  {
    id: 'idle-forgotten',
    severity: 'warning',
    exit: exitCodes.warning,
    diagnose(seen) {
      const { idle } = seen
      if (idle === undefined || idle.silent.survived || idle.silent.end !== undefined) return undefined
      // An endpoint that answers no Ping at all has forgotten nothing
      if (seen.messages.plain?.pings.roundTrips.length === 0) return undefined
      return {
        title: 'A box in between forgets idle connections without telling either end.',
        evidence: [`after ${seconds(idle.lengthMs)} without a message a Ping got no answer, and nobody closed the connection`],
        ...blameBox(seen, true),
        advice: ['Firewalls and NAT do this: let the server send Pings at shorter intervals (hawser: keepalive: { intervalMs }).'],
        remedy: 'idle',
      }
    },
  },
  {
    id: 'server-pings',
    severity: 'note',
    exit: exitCodes.clean,
    diagnose({ idle }) {
      if (idle === undefined || !idle.silent.survived || idle.silent.pings.length === 0) return undefined
      const first = idle.silent.pings[0] ?? 0
      return {
        title: 'The server keeps idle connections alive by itself.',
        evidence: [`it sent a Ping ${idle.silent.pings.length} times in ${seconds(idle.lengthMs)}, first after ${seconds(first)}`],
        blame: 'the server',
        advice: ['Nothing to change. Idle timeouts of boxes in between that are longer than its interval have no effect.'],
      }
    },
  },
]
