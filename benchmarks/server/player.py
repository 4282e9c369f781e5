"""Plays a recorded server over a loopback socket, as fast as the client reads.

A process of its own: ``python -m benchmarks.server.player FILE`` prints its port and serves until
its standard input ends. Each ``find`` begins the recorded replies to ``getMore`` anew.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from pathlib import Path

from benchmarks.server.conversation import Conversation, command_name, load, read_message
from tests.server import wire


class Player:
    """Answers each command with what the real server answered."""

    def __init__(self, conversation: Conversation) -> None:
        self._replies = conversation.replies
        self._positions: dict[str, int] = {}

    def serve(self, connection: socket.socket) -> None:
        """Answer one connection until its end."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A client may leave in the middle of a reply.
        with connection, contextlib.suppress(ConnectionError):
            while (request := read_message(connection)) is not None:
                reply = self._next_reply(command_name(request))
                request_id = wire.header(request).request_id
                # Only the header is made anew: the rest may have 16 MB.
                head = wire.with_response_to(reply[: wire.HEADER.size], request_id)
                connection.sendall(head)
                connection.sendall(memoryview(reply)[wire.HEADER.size :])

    def _next_reply(self, command: str) -> bytes:
        if command == "find":
            self._positions.pop("getMore", None)
        replies = self._replies.get(command)
        if replies is None:
            # endSessions and the like, which the recording's end cut off.
            return wire.reply({"ok": 1.0}, 0)
        position = self._positions.get(command, 0)
        self._positions[command] = (position + 1) % len(replies)
        return replies[position]


def main() -> None:
    """Serve the conversation that the command line names."""
    player = Player(load(Path(sys.argv[1])))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=player.serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        print(listener.getsockname()[1], flush=True)
        sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
