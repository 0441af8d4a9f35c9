"""An echo server of Debian's python3-websockets. Prints its port."""
import asyncio
import logging
import re
from http import HTTPStatus

import websockets

logging.disable(logging.CRITICAL)


async def echo(socket):
    try:
        async for message in socket:
            await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def path(target, _fields):
    # An absolute target names the same resource (RFC 9112 section 3.2.2).
    return None if re.sub(r"^[a-z]+://[^/?]*", "", target).split("?")[0] == "/" else (HTTPStatus.NOT_FOUND, [], b"no")


async def main():
    async with websockets.serve(
        echo, "127.0.0.1", 0, subprotocols=["chat", "superchat"], process_request=path, max_size=1 << 20, origins=None
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
