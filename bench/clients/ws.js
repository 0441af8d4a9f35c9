import { WebSocket } from 'ws';
import { drive } from './drive.js';
drive((url, received) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on('message', (data) => received(data.toString()));
    return new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => resolve(socket));
    });
});
