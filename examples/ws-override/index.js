/**
 * A project whose library uses `ws`, and which gives it hawser instead: see `overrides` in package.json. `npm install && node index.js` prints:
 *
 *   the library runs on @hawser/ws
 *   hello ada at /
 */
import { greet, implementation, serve } from 'greeter'

console.log(`the library runs on ${implementation()}`)
const server = await serve(0)
console.log(await greet(`ws://127.0.0.1:${server.address().port}/`, 'ada'))
server.close()
