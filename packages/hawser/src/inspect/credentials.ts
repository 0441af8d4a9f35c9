/** Fields whose value is, or may be, a credential. Names in lower case. */
const secretFields: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'www-authenticate',
  'authentication-info',
  'x-api-key',
  'x-auth-token',
  'x-csrf-token',
  'x-xsrf-token',
])
/** Names of query parameters that usually carry one: browsers cannot set fields. */
const secretParameter =
  /(^|[_-])(access[_-]?token|token|jwt|auth|authorization|api[_-]?key|key|password|passwd|pwd|secret|session|sid|ticket|sig|signature|code)$/i
const withheld = '(withheld)'

/**
 * A head with the credentials in its fields and its target replaced. The page shows heads to whoever may see it, which should not let them act as the client.
 * @param text a head as on the wire, Latin-1
 */
export function withholdCredentials(text: string): string {
  return text
    .split(/(?<=\n)/)
    .map((line, index) => withholdLine(line, index === 0))
    .join('')
}

/** A request target or URL without the values of parameters that usually carry a credential, and without userinfo. */
export function withholdFromTarget(target: string): string {
  return (
    target
      .replace(/\/\/[^/?#]*@/, '//')
      // A name has no `?`: where it could, a target of nothing else takes quadratic time
      .replaceAll(/([?&;])([^?=&;#\s]+)=([^&;#\s]*)/g, (whole, separator: string, name: string) =>
        secretParameter.test(decode(name)) ? `${separator}${name}=${withheld}` : whole,
      )
  )
}

function withholdLine(line: string, isFirst: boolean): string {
  if (isFirst && !line.startsWith(':')) return withholdFromTarget(line)
  const match = /^(:?[^:\r\n]+:[ \t]*)([^\r\n]*)([^]*)$/.exec(line)
  if (match === null) return line
  const [, name = '', value = '', end = ''] = match
  const bare = name.replace(/:[ \t]*$/, '').toLowerCase()
  if (bare === ':path' || bare === 'referer' || bare === 'location') return `${name}${withholdFromTarget(value)}${end}`
  if (bare === 'sec-websocket-protocol') return `${name}${value.replaceAll(/[^,\s]+/g, withholdName)}${end}`
  return secretFields.has(bare) ? `${name}${withheld}${end}` : line
}

/** Browsers can set no field but this one, so clients put credentials here; see `bearerName`. Names of subprotocols are short. */
function withholdName(name: string): string {
  return name.length > 48 || /bearer|token|jwt|authorization/i.test(name) ? withheld : name
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
