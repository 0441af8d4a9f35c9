'use strict'

module.exports = function () {
  throw new Error('@hawser/ws does not work in the browser. Browser clients must use the native WebSocket object')
}
