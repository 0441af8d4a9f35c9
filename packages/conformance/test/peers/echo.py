"""An echo server of Debian's python3-websockets. Prints its port."""
import asyncio
import logging

import websockets

logging.disable(logging.CRITICAL)


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def path(target, _fields):
    return None if target.split("?")[0] == "/" else (404, [], b"no")


async def main():
    async with websockets.serve(
        echo, "127.0.0.1", 0, subprotocols=["chat", "superchat"], process_request=path, max_size=1 << 20, origins=None
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
