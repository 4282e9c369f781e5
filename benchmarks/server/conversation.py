"""A conversation between PyMongo and a real server, recorded once: the server's replies."""

from __future__ import annotations

import pickle
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymongo

from pymongo_cpp.bench.documents import STREAMS
from tests.server import servers, wire

DATABASE = "bench"
COLLECTION = "documents"
BATCH_SIZE = 10_000
"""Documents in a reply: a few megabytes. MongoDB fills 16 MB; the test servers have other ideas."""
BUILD = Path(__file__).resolve().parents[2] / "build" / "bench-server"


@dataclass
class Conversation:
    """The replies to each command, in order."""

    server: str
    stream: str
    documents: int
    replies: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For people and for the file's name."""
        return f"{self.stream}-{self.documents}-{self.server}-pymongo-{pymongo.version}"

    @property
    def find_bytes(self) -> int:
        """Size of the replies that carry the documents."""
        return sum(len(reply) for key in ("find", "getMore") for reply in self.replies.get(key, ()))


def make_documents(stream: str, count: int) -> list[dict[str, Any]]:
    """Return the documents of a conversation; the same ones every time."""
    return list(STREAMS[stream].generate(count))


def recorded(server: str, stream: str, count: int) -> Path:
    """Return the file of a conversation, recorded with the real server when missing."""
    conversation = Conversation(server, stream, count)
    file = BUILD / f"{conversation.name}.pickle"
    if not file.exists():
        print(f"recording {conversation.name}", flush=True)
        _record(conversation)
        BUILD.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pickle.dumps(conversation))
    return file


def load(file: Path) -> Conversation:
    """Read a conversation that :func:`recorded` wrote."""
    conversation: Conversation = pickle.loads(file.read_bytes())
    return conversation


def _record(conversation: Conversation) -> None:
    documents = make_documents(conversation.stream, conversation.documents)
    with (
        servers.running(conversation.server, through_proxy=False) as server,
        _recording(server, conversation) as port,
        pymongo.MongoClient("127.0.0.1", port, heartbeatFrequencyMS=3_600_000) as client,
    ):
        # A client greets by OP_MSG at times of its own choice: the player has to know an answer.
        client.admin.command("ismaster")
        collection = client[DATABASE][COLLECTION]
        collection.insert_many(documents)
        found = sum(1 for _ in collection.find(batch_size=BATCH_SIZE))
    if found != conversation.documents:
        raise RuntimeError(f"{conversation.server} returned {found} documents")


@contextmanager
def _recording(server: servers.Server, conversation: Conversation) -> Iterator[int]:
    """Lead connections to the server and keep its replies; gives the port to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                upstream = socket.create_connection((server.host, server.port))
                _Recorder(client, upstream, conversation).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


class _Recorder:
    """Leads one connection and files each reply under its command."""

    def __init__(
        self, client: socket.socket, server: socket.socket, conversation: Conversation
    ) -> None:
        self._client = client
        self._server = server
        self._replies = conversation.replies
        self._commands: dict[int, str] = {}

    def start(self) -> None:
        """Begin to lead messages both ways."""
        for target in (self._requests, self._responses):
            threading.Thread(target=target, daemon=True).start()

    def _requests(self) -> None:
        with self._client, self._server:
            while (message := read_message(self._client)) is not None:
                self._commands[wire.header(message).request_id] = command_name(message)
                self._server.sendall(message)
            self._server.shutdown(socket.SHUT_RDWR)

    def _responses(self) -> None:
        while (message := read_message(self._server)) is not None:
            command = self._commands.pop(wire.header(message).response_to)
            self._replies.setdefault(command, []).append(message)
            self._client.sendall(message)


def command_name(message: bytes) -> str:
    """Return the name of the command that ``message`` asks for, one name for all greetings."""
    name = wire.command_name(message)
    return "hello" if name.lower() == "ismaster" else name


def read_message(connection: socket.socket) -> bytes | None:
    """Read one message; None at the end of the connection."""
    head = _read(connection, wire.HEADER.size)
    if head is None:
        return None
    rest = _read(connection, wire.header(head).length - len(head))
    return None if rest is None else bytes(head + rest)


def _read(connection: socket.socket, length: int) -> bytearray | None:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        try:
            received = connection.recv_into(view)
        except OSError:
            return None
        if received == 0:
            return None
        view = view[received:]
    return data
