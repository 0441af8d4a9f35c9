"""Drives python3-websockets through every case of `hawser conformance client --port`. Arguments: the suite's URL, the agent's name."""
import asyncio
import logging
import sys

import websockets

logging.disable(logging.CRITICAL)
base, agent = sys.argv[1:3]


async def ask(path):
    async with websockets.connect(base + path) as socket:
        async for message in socket:
            return message


async def run(number):
    try:
        async with websockets.connect(f"{base}/runCase?case={number}&agent={agent}", max_size=1 << 20, ping_interval=None) as socket:
            async for message in socket:
                await socket.send(message)
    except Exception:
        pass


async def worker(numbers):
    for number in numbers:
        await asyncio.wait_for(asyncio.gather(run(number), return_exceptions=True), 60)


async def main():
    numbers = iter(range(1, int(await ask("/getCaseCount")) + 1))
    await asyncio.gather(*(worker(numbers) for _ in range(8)))
    await ask(f"/updateReports?agent={agent}")


asyncio.run(main())
