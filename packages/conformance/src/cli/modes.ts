import type { ModeSpec, OptionSpec } from './mode-spec.ts'

const outputs: readonly OptionSpec[] = [
  { name: 'json', value: 'FILE', description: 'write the results with all evidence as JSON; - is standard output' },
  { name: 'junit', value: 'FILE', description: 'write the results as JUnit XML; - is standard output' },
  { name: 'html', value: 'FILE', description: 'write a page to filter, search, read every exchange and compare with another run' },
  { name: 'markdown', value: 'FILE', description: 'write totals and defects as Markdown for a pull request; - is standard output' },
  { name: 'github', description: 'print annotations for GitHub Actions (default where GITHUB_ACTIONS is true)' },
  {
    name: 'expect',
    value: 'FILE',
    description: 'fail only where the results differ from this file, for better or worse; also reads the index.json of the Autobahn|Testsuite',
  },
  { name: 'write-expect', value: 'FILE', description: 'write the results as a file for --expect' },
  { name: 'verbose', short: 'v', description: 'print one line for each case' },
  { name: 'quiet', short: 'q', description: 'print only the last line' },
]

const shared: readonly OptionSpec[] = [
  {
    name: 'only',
    value: 'ID',
    multiple: true,
    description: 'run only this case, this area, or what matches a pattern such as "utf8/*", or a number of the Autobahn|Testsuite such as 6.4.*',
  },
  { name: 'exclude', value: 'ID', multiple: true, description: 'leave out this case, this area, or what matches a pattern or a number' },
  { name: 'profile', value: 'NAME', description: 'run only the cases of a profile: autobahn has those that the Autobahn|Testsuite has, too' },
  {
    name: 'config',
    value: 'FILE',
    description: 'read options from a JSON file: {"url": "ws://…", "only": ["utf8"], "quiet": true}; the command line goes before it',
  },
  {
    name: 'tier',
    value: 'TIER',
    description: 'standard (the default), volume (messages to 16 MiB and thousands on one connection, with figures; takes minutes), or all',
  },
  { name: 'list', description: 'list the cases without running them; with --json -, as JSON' },
  { name: 'jobs', short: 'j', value: 'N', description: 'cases at a time (default 16; for a client started with --each, 4)' },
  { name: 'seed', value: 'N', description: 'seed of the random payloads and masking keys (default 1)' },
  {
    name: 'max-message',
    value: 'BYTES',
    description: 'the largest message the endpoint accepts, for example 1m; without it, cases about the limit are unsupported',
  },
  { name: 'no-timeouts', description: 'leave out the cases that wait for the time limits of the endpoint' },
  { name: 'timeout', value: 'TIME', description: 'how long to wait for an answer (default 3s)' },
  { name: 'patience', value: 'TIME', description: 'how long to wait for the time limits of the endpoint (default 20s)' },
  ...outputs,
]

export const serverMode: ModeSpec = {
  name: 'server',
  summary: 'Test a server that echoes every message',
  usage: 'server URL [options]',
  positionals: ['URL'],
  options: [
    ...shared,
    { name: 'wait', value: 'TIME', description: 'how long to wait for a server that is starting, for example 30s (default: not at all)' },
    { name: 'no-preflight', description: 'run the cases without asking first whether the server can be tested' },
    { name: 'subprotocols', value: 'A,B', description: 'subprotocols the server supports' },
    { name: 'no-deflate', description: 'the server does not support permessage-deflate' },
    { name: 'origin-refused', value: 'ORIGIN', description: 'an origin the server refuses, for example https://evil.example' },
    { name: 'path-unknown', value: 'PATH', description: 'a path the server does not upgrade' },
    { name: 'header', short: 'H', value: 'N:V', multiple: true, description: 'field line for every request, for example Origin or Cookie' },
    {
      name: 'http2',
      description: 'the server accepts WebSocket over HTTP/2 (RFC 8441) at the same address too; for those cases alone add --only "http2*"',
    },
    { name: 'agent', value: 'NAME', description: 'the name of the server in the report (default: the URL)' },
    { name: 'insecure', short: 'k', description: 'do not verify the certificate of the server' },
  ],
  examples: [
    ['server ws://localhost:8080/', 'test an echo endpoint'],
    ['server ws://localhost:8080/ --html report.html', 'write a report to read in a browser'],
    ['server ws://localhost:8080/ --only handshake/version/version-0xD -v', 'run one case'],
  ],
}

export const clientMode: ModeSpec = {
  name: 'client',
  summary: 'Test a client that echoes every message until the connection ends',
  usage: 'client [--port N | --each COMMAND] [options]',
  positionals: [],
  options: [
    ...shared,
    { name: 'port', short: 'p', value: 'N', description: 'serve the cases on this port (default 9001; 0 picks a free one)' },
    { name: 'host', value: 'HOST', description: 'address to listen on (default 127.0.0.1)' },
    { name: 'once', description: 'end when every client that ran a case has asked for its report' },
    {
      name: 'each',
      value: 'COMMAND',
      description: 'start this command for each case with {url} filled in. Quotes group words; no shell is involved',
    },
    { name: 'no-preflight', description: 'with --each: run the cases without trying first whether the client connects and echoes' },
    { name: 'start-timeout', value: 'TIME', description: 'with --each: how long the client may take to connect (default 10s)' },
    { name: 'http2', description: 'with --each: the client uses WebSocket over HTTP/2 (RFC 8441) with prior knowledge; only those cases are run' },
    {
      name: 'tls-cert',
      value: 'FILE',
      description: 'with --each: certificate chain (PEM) for localhost that the client trusts; the URLs are then wss:',
    },
    { name: 'tls-key', value: 'FILE', description: 'with --each: private key (PEM) of that certificate' },
    { name: 'agent', value: 'NAME', description: 'with --each: the name of the client in the report (default: the command)' },
  ],
  examples: [
    ["client --each 'node echo.js {url}'", 'test a client that is started for each case'],
    ['client --port 9001', 'serve the cases; http://localhost:9001/ tests the browser that opens it'],
    ['client --port 9001 --once', 'for a harness: /getCaseCount, /runCase?case=N&agent=A, /updateReports?agent=A'],
  ],
}

export const reportMode: ModeSpec = {
  name: 'report',
  summary: 'Write the runs of several endpoints, or of several jobs, as one report',
  usage: 'report FILE... [options]',
  positionals: ['FILE'],
  repeats: true,
  options: outputs,
  examples: [['report first.json second.json --html matrix.html', 'show two runs that --json wrote side by side']],
}

export const requirementsMode: ModeSpec = {
  name: 'requirements',
  summary: 'List the requirements of the opening handshake with their cases',
  usage: 'requirements [options]',
  positionals: [],
  options: [{ name: 'json', value: 'FILE', description: 'write them as JSON; - is standard output' }],
  examples: [['requirements --json requirements.json', 'write the requirements, their sections and their cases']],
}

/** Options of {@link clientMode} that make sense in only one of its two forms. */
export const onlyWithEach: readonly string[] = ['no-preflight', 'start-timeout', 'http2', 'tls-cert', 'tls-key', 'agent', 'jobs']
export const onlyWithPort: readonly string[] = ['port', 'host', 'once']
