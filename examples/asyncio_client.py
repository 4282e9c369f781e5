"""BSON over asyncio streams: a client and a server in one process, without a database.

A BSON document begins with its own length, so it needs no framing of its own. Small documents are
decoded in the event loop; a large batch goes to a thread, so that the loop answers meanwhile.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import pymongo_cpp

MAX_SIZE = 16 * 1024 * 1024  # bytes; what a peer announces is not believed beyond this
MIN_SIZE = 5
BATCH = 2_000
LARGE = 64 * 1024  # bytes from which decoding is worth a thread


async def read_document(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Read one document.

    :raises ValueError: where the announced length is no document's or too large
    :raises asyncio.IncompleteReadError: where the stream ends within it
    """
    head = await reader.readexactly(4)
    (size,) = struct.unpack("<i", head)
    if not MIN_SIZE <= size <= MAX_SIZE:
        raise ValueError(f"a document of {size} bytes")
    data = head + await reader.readexactly(size - len(head))
    if size >= LARGE:
        return await asyncio.to_thread(pymongo_cpp.decode, data)
    return pymongo_cpp.decode(data)


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one question with as many documents as it asks for."""
    question = await read_document(reader)
    batch = [{"n": n, "text": "x" * 40} for n in range(question["count"])]
    writer.write(pymongo_cpp.encode({"batch": batch}))
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def ask(port: int, count: int) -> int:
    """Ask for `count` documents and return how many came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(pymongo_cpp.encode({"count": count}))
    await writer.drain()
    answer = await read_document(reader)
    writer.close()
    await writer.wait_closed()
    return len(answer["batch"])


async def main() -> None:
    """Several clients at once, with small answers and large ones."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        counts = [1, BATCH, 10, BATCH, 100]
        assert await asyncio.gather(*(ask(port, count) for count in counts)) == counts
    print(f"{len(counts)} clients were answered with {sum(counts)} documents")


if __name__ == "__main__":
    asyncio.run(main())
