/** The page that runs every case in the browser that opens it, one after the other, and asks for the reports at the end. */
export const drivingPage: string = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>hawser conformance</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
progress { width: 100% }
</style>
<h1>Conformance of this browser</h1>
<p id="state" role="status">Starting…</p>
<progress id="progress" value="0" max="1"></progress>
<script>
const agent = new URLSearchParams(location.search).get('agent') || (navigator.userAgent.match(/(?:Firefox|Chrome|Safari)\\/[\\d.]+/) || ['browser'])[0]
const base = location.origin.replace(/^http/, 'ws')
const query = (number) => '?case=' + number + '&agent=' + encodeURIComponent(agent)
function talk(path, echo) {
  return new Promise((resolve) => {
    let last = ''
    const socket = new WebSocket(base + path)
    socket.binaryType = 'arraybuffer'
    socket.onmessage = (event) => { last = event.data; if (echo) socket.send(event.data) }
    socket.onclose = () => resolve(last)
  })
}
async function run() {
  const count = Number(await talk('/getCaseCount', false))
  const progress = document.getElementById('progress')
  progress.max = count
  for (let number = 1; number <= count; number++) {
    document.getElementById('state').textContent = 'Case ' + number + ' of ' + count
    await talk('/runCase' + query(number), true)
    progress.value = number
  }
  await talk('/updateReports' + query(0), false)
  document.getElementById('state').textContent = 'Done: ' + count + ' cases. The report is where hawser conformance was started.'
  document.title = 'done'
}
run()
</script>
</html>
`
