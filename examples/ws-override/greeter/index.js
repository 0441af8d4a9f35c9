'use strict'

/** A library that knows nothing of hawser: it asks for `ws`. */
const WebSocket = require('ws')

exports.serve = (port) =>
  new Promise((resolve) => {
    const server = new WebSocket.Server({ port }, () => resolve(server))
    server.on('connection', (socket, request) => {
      socket.on('message', (data) => socket.send(`hello ${data} at ${request.url}`))
    })
  })

exports.greet = (url, name) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    socket.once('error', reject)
    socket.once('open', () => socket.send(name))
    socket.once('message', (data) => {
      socket.close()
      resolve(new TextDecoder().decode(data))
    })
  })

exports.implementation = () => require('ws/package.json').name
