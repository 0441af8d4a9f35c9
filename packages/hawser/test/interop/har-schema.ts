/** HAR 1.2 as a table: what http://www.softwareishard.com/blog/har-12-spec/ requires, and what Chromium's tools need of a WebSocket. */

type Check = (value: any, at: string) => string[]

const string: Check = (value, at) => (typeof value === 'string' ? [] : [`${at} is no string`])
const number: Check = (value, at) => (typeof value === 'number' && Number.isFinite(value) ? [] : [`${at} is no number`])
const anything: Check = () => []
const oneOf =
  (...allowed: unknown[]): Check =>
  (value, at) =>
    allowed.includes(value) ? [] : [`${at} is none of ${allowed.join()}`]
const date: Check = (value, at) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)$/.test(String(value)) ? [] : [`${at} is no ISO 8601 time`])
const list =
  (check: Check): Check =>
  (value, at) =>
    Array.isArray(value) ? value.flatMap((one, index) => check(one, `${at}[${index}]`)) : [`${at} is no array`]
/** Names that end in `?` may be missing; those that begin with `_` are custom and may always be there. */
const object =
  (members: Readonly<Record<string, Check>>): Check =>
  (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} is no object`]
    const known = new Map(Object.entries(members).map(([name, check]) => [name.replace('?', ''), { check, isOptional: name.endsWith('?') }]))
    const unknown = Object.keys(value).filter((name) => !known.has(name) && !name.startsWith('_'))
    return [
      ...unknown.map((name) => `${at}.${name} is not of HAR 1.2`),
      ...[...known].flatMap(([name, { check, isOptional }]) =>
        name in value ? check(value[name], `${at}.${name}`) : isOptional ? [] : [`${at}.${name} is missing`],
      ),
    ]
  }

const pair = object({ name: string, value: string, 'comment?': string })
const shared = { httpVersion: string, cookies: list(anything), headers: list(pair), headersSize: number, bodySize: number, 'comment?': string }
const har = object({
  log: object({
    version: oneOf('1.2'),
    creator: object({ name: string, version: string, 'comment?': string }),
    'browser?': anything,
    'pages?': list(anything),
    entries: list(
      object({
        'pageref?': string,
        startedDateTime: date,
        time: number,
        request: object({ method: string, url: string, queryString: list(pair), 'postData?': anything, ...shared }),
        response: object({
          status: number,
          statusText: string,
          content: object({ size: number, 'compression?': number, mimeType: string, 'text?': string, 'encoding?': string, 'comment?': string }),
          redirectURL: string,
          ...shared,
        }),
        cache: object({ 'beforeRequest?': anything, 'afterRequest?': anything, 'comment?': string }),
        timings: object({
          'blocked?': number,
          'dns?': number,
          'connect?': number,
          send: number,
          wait: number,
          receive: number,
          'ssl?': number,
          'comment?': string,
        }),
        'serverIPAddress?': string,
        'connection?': string,
        'comment?': string,
        _resourceType: oneOf('websocket'),
        _webSocketMessages: list(object({ type: oneOf('send', 'receive'), time: number, opcode: oneOf(1, 2), data: string })),
      }),
    ),
    'comment?': string,
  }),
})

export function harProblems(value: unknown): string[] {
  return har(value, 'har')
}
