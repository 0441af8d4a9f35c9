export function openStandard(WebSocket) {
    return (url, received) => {
        const socket = new WebSocket(url);
        socket.addEventListener('message', (event) => received(event.data));
        return new Promise((resolve, reject) => {
            socket.addEventListener('error', (event) => reject(new Error(event.message ?? 'failed')));
            socket.addEventListener('open', () => resolve(socket));
        });
    };
}
