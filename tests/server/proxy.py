"""A proxy that hides from PyMongo's tests what the two test servers lack.

* OP_MSG's moreToCome and exhaustAllowed are cleared, which neither server knows; the reply to an
  unacknowledged write, which the server then sends, is dropped.
* ``getParameter`` with ``*`` or ``enableTestCommands``, which PyMongo's set-up asks for, is
  answered here.
* A ``find`` whose ``$where`` is the one that PyMongo's tests slow a query down with waits here, and
  goes on without it: neither server runs JavaScript.
* With ``--rename-hello``, ``hello``, which mongo-java-server lacks, is asked as ``isMaster``.

It runs as a process of its own and uses whatever codec its PyMongo has, never the one under test.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import bson

from tests.server import wire

_DELAY = re.compile(r"function\(\) \{ sleep\(([\d.]+) \* 1000\); return true; \}")
"""What ``delay()`` of PyMongo's test utilities writes; the number is in seconds."""


class Connection:
    """One client's connection and the one to the server that it leads to."""

    def __init__(
        self, client: asyncio.StreamWriter, server: asyncio.StreamWriter, *, rename_hello: bool
    ) -> None:
        self._client = client
        self._server = server
        self._rename_hello = rename_hello
        self._unacknowledged: set[int] = set()
        self._greetings: set[int] = set()

    async def request(self, message: bytes) -> None:
        """Send the client's message to the server, or answer it here."""
        header = wire.header(message)
        if header.op_code == wire.OP_MSG:
            name = wire.command_name(message)
            if name == "getParameter" and (answer := _server_parameters(message)) is not None:
                self._client.write(wire.reply(answer, header.request_id))
                await self._client.drain()
                return
            message = self._without_flags(message, header.request_id)
            if name == "find" and b"$where" in message:
                message = await _after_delay(message)
            if name == "hello" and self._rename_hello:
                message = self._greeting(message, header.request_id)
        self._server.write(message)
        await self._server.drain()

    async def response(self, message: bytes) -> None:
        """Send the server's message to the client unless nobody waits for it."""
        request_id = wire.header(message).response_to
        if request_id in self._unacknowledged:
            self._unacknowledged.discard(request_id)
            return
        if request_id in self._greetings:
            self._greetings.discard(request_id)
            answer = wire.body(message)
            answer.setdefault("isWritablePrimary", answer.get("ismaster", False))
            message = wire.reply(answer, request_id)
        self._client.write(message)
        await self._client.drain()

    def _without_flags(self, message: bytes, request_id: int) -> bytes:
        flags = wire.flags(message)
        unknown = wire.MORE_TO_COME | wire.EXHAUST_ALLOWED
        if not flags & unknown:
            return message
        if flags & wire.MORE_TO_COME:
            self._unacknowledged.add(request_id)
        return wire.with_flags(message, flags & ~unknown)

    def _greeting(self, message: bytes, request_id: int) -> bytes:
        command = wire.body(message)
        self._greetings.add(request_id)
        renamed = {"isMaster" if key == "hello" else key: command[key] for key in command}
        return wire.request(renamed, request_id)


async def _after_delay(message: bytes) -> bytes:
    """Return the query without its ``$where``, after the time that this would have slept."""
    command = wire.body(message)
    query = command.get("filter", {})
    asked = _DELAY.fullmatch(str(query.get("$where", "")))
    if asked is None:
        return message
    await asyncio.sleep(float(asked[1]))
    del query["$where"]
    return wire.request(command, wire.header(message).request_id)


def _server_parameters(message: bytes) -> dict[str, Any] | None:
    command = wire.body(message)
    if command["getParameter"] == "*" or "enableTestCommands" in command:
        return {"enableTestCommands": True, "ok": 1.0}
    return None


async def read_message(reader: asyncio.StreamReader) -> bytes | None:
    """Read one message; None at the end of the connection."""
    try:
        head = await reader.readexactly(wire.HEADER.size)
        return head + await reader.readexactly(wire.header(head).length - len(head))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


class Proxy:
    """Leads every connection that it accepts to one server."""

    def __init__(self, host: str, port: int, *, rename_hello: bool) -> None:
        self._host = host
        self._port = port
        self._rename_hello = rename_hello

    async def serve(self) -> None:
        """Listen on a free loopback port, print it, and serve until standard input ends."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        print("ready", f"mongodb://127.0.0.1:{port}/", flush=True)
        async with server:
            await asyncio.to_thread(sys.stdin.buffer.read)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled when the proxy stops with connections open; the task ends here either way.
        with contextlib.suppress(OSError, bson.InvalidBSON, asyncio.CancelledError):
            await self._lead(reader, writer)
        writer.close()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(self._host, self._port)
        connection = Connection(writer, server_writer, rename_hello=self._rename_hello)
        tasks = [
            asyncio.create_task(_each_message(reader, connection.request)),
            asyncio.create_task(_each_message(server_reader, connection.response)),
        ]
        try:
            # When either side ends, so does the other: the tests watch for closed connections.
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            server_writer.close()


async def _each_message(
    reader: asyncio.StreamReader, handle: Callable[[bytes], Awaitable[None]]
) -> None:
    while (message := await read_message(reader)) is not None:
        await handle(message)


def main() -> None:
    """Run the proxy in front of the server that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="the server's host:port")
    parser.add_argument("--rename-hello", action="store_true")
    options = parser.parse_args()
    host, _, port = options.target.rpartition(":")
    asyncio.run(Proxy(host, int(port), rename_hello=options.rename_hello).serve())


if __name__ == "__main__":
    main()
