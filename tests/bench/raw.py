"""The baseline with no application at all: `websockets` and its broadcast. python -m tests.bench.raw PORT

A text on /control makes it send: `COUNT PAUSE SIZE`, so many broadcasts with so many seconds between.
"""

from __future__ import annotations

import asyncio
import sys
import time

from websockets.asyncio.server import ServerConnection, broadcast, serve

from tests.bench.payload import text

clients: set[ServerConnection] = set()


async def handle(connection: ServerConnection) -> None:
    assert connection.request is not None
    if connection.request.path == "/control":
        async for order in connection:
            count, pause, size = str(order).split()
            began = time.monotonic()
            for number in range(int(count)):
                broadcast(clients, text(int(size)))
                await asyncio.sleep(max(0.0, began + (number + 1) * float(pause) - time.monotonic()))
        return
    clients.add(connection)
    try:
        await connection.wait_closed()
    finally:
        clients.discard(connection)


async def main(port: int) -> None:
    async with serve(handle, "127.0.0.1", port, compression=None, ping_interval=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
