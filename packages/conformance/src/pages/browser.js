/** Runs every case in the browser that opens the page, one after the other, then asks for the reports. */

const browserName = /(?:Firefox|Chrome|Safari)\/[\d.]+/.exec(navigator.userAgent)?.[0] ?? 'browser'
const agent = new URLSearchParams(location.search).get('agent') ?? browserName
const base = location.origin.replace(/^http/, 'ws')

/**
 * @param {string} id
 * @param {string} text
 */
function say(id, text) {
  const place = document.getElementById(id)
  if (place !== null) place.textContent = text
}

/** @param {number} number */
const query = (number) => `?case=${number}&agent=${encodeURIComponent(agent)}`

/**
 * Resolves with the last message when the connection ends.
 * @param {string} path
 * @param {boolean} echo
 * @returns {Promise<string>}
 */
function converse(path, echo) {
  return new Promise((resolve) => {
    let last = ''
    const socket = new WebSocket(base + path)
    socket.binaryType = 'arraybuffer'
    socket.onmessage = (event) => {
      last = String(event.data)
      if (echo) socket.send(event.data)
    }
    socket.onclose = () => resolve(last)
  })
}

const count = Number(await converse('/getCaseCount', false))
const progress = /** @type {HTMLProgressElement} */ (document.getElementById('progress'))
progress.max = count
for (let number = 1; number <= count; number++) {
  say('state', `Case ${number} of ${count}`)
  await converse(`/runCase${query(number)}`, true)
  progress.value = number
}
await converse(`/updateReports${query(0)}`, false)
say('state', `Done: ${count} cases. The terminal that serves this page shows the results.`)
document.title = 'done'
