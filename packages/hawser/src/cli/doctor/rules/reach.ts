/** Names, addresses, TLS and certificates: before any HTTP. */
import { exitCodes } from '../../exit-codes.ts'
import type { Diagnosis, FindingRule } from '../finding.ts'
import type { Observations } from '../observation.ts'
import { opened, plainFailure, wantsCertificate } from './evidence.ts'

type Failure = NonNullable<Observations['reach']['failure']>

function whenFailed(
  id: string,
  stage: Failure['stage'],
  codes: readonly string[] | undefined,
  diagnose: (failure: Failure, seen: Observations) => Omit<Diagnosis, 'evidence'> & { readonly evidence?: readonly string[] },
): FindingRule {
  return {
    id,
    severity: 'problem',
    exit: stage === 'tls' ? exitCodes.tls : codes?.includes('ETIMEDOUT') === true ? exitCodes.timeout : exitCodes.network,
    diagnose(seen) {
      const late = stage === 'tls' ? plainFailure(seen) : undefined
      const failure: Failure | undefined =
        late !== undefined && wantsCertificate(late)
          ? { stage: 'tls', code: late.code ?? '', message: late.message, wantsCertificate: true }
          : seen.reach.failure
      if (
        failure?.stage !== stage ||
        failure.code === 'ABORT_ERR' ||
        (codes !== undefined && !codes.includes(failure.wantsCertificate === true ? CERTIFICATE_REQUIRED : failure.code))
      )
        return undefined
      return { evidence: [failure.message], ...diagnose(failure, seen) }
    },
  }
}

/** Stands for every alert that says so. */
const CERTIFICATE_REQUIRED = 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'

const speaksNoTls = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'EPROTO',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
]

/** In this order: the first that applies is the cause, and none of the later ones is asked. */
export const reachRules: readonly FindingRule[] = [
  {
    id: 'unix-socket',
    severity: 'problem',
    exit: exitCodes.network,
    diagnose({ target: { socketPath }, reach: { failure } }) {
      if (socketPath === undefined || failure?.stage !== 'tcp' || failure.code === 'ABORT_ERR') return undefined
      const isDenied = failure.code === 'EACCES'
      return {
        title: isDenied ? `This user may not connect to the socket ${socketPath}.` : `No server listens on the socket ${socketPath}.`,
        evidence: [failure.message],
        blame: isDenied ? 'this machine or the network' : 'the server',
        advice: isDenied
          ? ['Give this user the right to write to the socket, and to enter its folders.']
          : ['Start the server, or correct the path. A socket file stays when its server ends without removing it.'],
      }
    },
  },
  whenFailed('dns-unknown', 'dns', ['ENOTFOUND'], (_failure, { target }) => ({
    title: `The name ${target.hostname} does not exist in DNS.`,
    blame: 'the URL',
    advice: ['Check the spelling of the host, or create its DNS record.'],
  })),
  whenFailed('dns-unavailable', 'dns', undefined, (_failure, { target }) => ({
    title: `The name ${target.hostname} cannot be looked up now.`,
    blame: 'this machine or the network',
    advice: ['Check the network connection and the name servers of this machine.'],
  })),
  whenFailed('tcp-refused', 'tcp', ['ECONNREFUSED'], (_failure, { target }) => ({
    title: `Nothing listens on port ${target.port} of ${target.hostname}.`,
    blame: 'the server',
    advice: [
      'Start the server, or correct the port.',
      'A server in a container listens on 0.0.0.0 and publishes its port; on 127.0.0.1 only the container reaches it.',
    ],
  })),
  whenFailed('tcp-no-answer', 'tcp', ['ETIMEDOUT'], (_failure, { target }) => ({
    title: `${target.hostname} does not answer on port ${target.port}: packets are dropped on the way.`,
    blame: 'this machine or the network',
    advice: ['Allow this port in the firewall or security group in front of the server.', 'Check that the address is the right one.'],
  })),
  whenFailed('tcp-unreachable', 'tcp', undefined, ({ code }, { target }) => ({
    title: `There is no connection to ${target.hostname} port ${target.port}.`,
    // Something at the other end accepted the connection and broke it off
    blame: code === 'ECONNRESET' ? 'the server or a box in between' : 'this machine or the network',
    advice: [
      code === 'ECONNRESET'
        ? 'Look at the log of the server, and for a firewall that resets connections.'
        : 'Check the network connection and the address.',
    ],
  })),
  whenFailed('tls-not-spoken', 'tls', speaksNoTls, ({ message }, seen) => {
    const plain = opened(seen, 'other-scheme') !== undefined
    return {
      title: 'The port does not speak TLS.',
      evidence: [`the bytes that came back are no TLS: ${message}`, ...(plain ? ['the same handshake without TLS opens a WebSocket'] : [])],
      blame: 'the URL',
      advice: [plain ? 'Write ws instead of wss, or end TLS in front of this port.' : 'Check the port: TLS is usually on 443.'],
    }
  }),
  whenFailed('tls-client-certificate', 'tls', [CERTIFICATE_REQUIRED, 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'], () => ({
    title: 'The server requires a client certificate that it knows.',
    blame: 'the server',
    advice: ['Give one with --cert and --key.', 'Browsers send one only if the user has installed it.'],
  })),
  whenFailed('tls-no-http1', 'tls', ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'], () => ({
    title: 'The server agrees to neither h2 nor http/1.1 (ALPN).',
    blame: 'the server',
    advice: ['Offer http/1.1 in the ALPN list of the server: WebSocket of browsers needs it.'],
  })),
  whenFailed('tls-closed', 'tls', ['ECONNRESET', 'EPIPE'], () => ({
    title: 'The connection is closed during the TLS handshake.',
    blame: 'the server or a box in between',
    advice: [
      'Check that the port speaks TLS, and that the server has a certificate for this host name (SNI).',
      'Filters of networks end TLS to names that they block.',
    ],
  })),
  whenFailed('tls-no-answer', 'tls', ['ETIMEDOUT'], () => ({
    title: 'The server does not answer the TLS handshake.',
    blame: 'the server',
    advice: ['Check that the port speaks TLS: a server that waits for an HTTP request stays silent, too.'],
  })),
  whenFailed('tls-failed', 'tls', undefined, ({ message }) => ({
    title: 'The TLS handshake fails.',
    evidence: [message],
    blame: 'the server',
    advice: ['Enable TLS 1.2 and 1.3 with the usual ciphers on the server.'],
  })),
]

function whenCertificate(id: string, codes: readonly string[] | undefined, title: string, advice: readonly string[]): FindingRule {
  return {
    id,
    severity: 'problem',
    exit: exitCodes.tls,
    diagnose({ reach: { tls }, target }) {
      if (tls?.certificateError === undefined || (codes !== undefined && !codes.includes(tls.certificateError))) return undefined
      const { certificate } = tls
      return {
        title,
        evidence: [
          `verification fails with ${tls.certificateError} for ${target.hostname}`,
          ...(certificate === undefined
            ? []
            : [
                `the certificate is for ${certificate.names}, issued by ${certificate.issuer}, valid from ${certificate.validFrom} to ${certificate.validTo}`,
              ]),
          'everything below was tried with this certificate accepted, and without the fields of --header',
        ],
        blame: 'the server',
        advice,
        remedy: 'certificate',
      }
    },
  }
}

export const certificateRules: readonly FindingRule[] = [
  whenCertificate('certificate-expired', ['CERT_HAS_EXPIRED'], 'The certificate has expired.', [
    'Renew it, and reload the server: a renewed file is not read by itself.',
  ]),
  whenCertificate('certificate-not-yet-valid', ['CERT_NOT_YET_VALID'], 'The certificate is not valid yet.', [
    'Correct the clock of this machine or of the one that issued it.',
  ]),
  whenCertificate('certificate-wrong-host', ['ERR_TLS_CERT_ALTNAME_INVALID'], 'The certificate is for another host.', [
    'Use a host that the certificate names, or get one that names this host.',
    'If the server has several, it chose a default one: give it one for this name.',
  ]),
  whenCertificate('certificate-self-signed', ['DEPTH_ZERO_SELF_SIGNED_CERT'], 'The certificate is self-signed, so no client trusts it.', [
    'Get one of a public authority, or add it to those that the clients trust (--ca here).',
    'Browsers give no way to accept it for a WebSocket: open the https URL once and accept it there.',
  ]),
  whenCertificate(
    'certificate-incomplete-chain',
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    'The server does not send its intermediate certificates, or its authority is unknown.',
    ['Send the full chain: the certificate, then the intermediate ones. Browsers often find them elsewhere, other clients do not.'],
  ),
  whenCertificate('certificate-unknown-authority', undefined, 'The certificate is not one that clients trust.', [
    'Get one of a public authority, or give the clients the authority (--ca here).',
    'A firewall that inspects TLS puts its own certificate here: compare the issuer.',
  ]),
]
