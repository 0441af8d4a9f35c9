/** What a bundler for browsers takes, as it does with `ws`: it throws once it is used. */
function unavailable(): never {
  throw new Error('@hawser/ws does not work in the browser. Browser clients must use the native WebSocket object')
}

export default unavailable
export {
  unavailable as createWebSocketStream,
  unavailable as extension,
  unavailable as PerMessageDeflate,
  unavailable as Receiver,
  unavailable as Sender,
  unavailable as subprotocol,
  unavailable as WebSocket,
  unavailable as WebSocketServer,
}
