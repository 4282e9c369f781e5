"""Starts the test servers, each behind the proxy, for as long as a ``with`` block lasts."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.pymongo.environment import clean_environment
from tests.server import install
from tests.server.install import FERRETDB, JAVA_CLASSES, JAVA_LIBRARIES, ROOT

NAMES = ("ferretdb", "mongo-java-server")

_START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server's name and the address of the proxy in front of it."""

    name: str
    host: str
    port: int

    @property
    def uri(self) -> str:
        """What a client connects to."""
        return f"mongodb://{self.host}:{self.port}/"


@contextlib.contextmanager
def running(name: str, *, through_proxy: bool = True) -> Iterator[Server]:
    """Start the server ``name`` on a free loopback port, its data in memory or a temporary folder.

    :raises RuntimeError: it did not start in time.
    """
    install.install()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as processes:
        address = processes.enter_context(_process(_command(name, Path(folder))))
        if through_proxy:
            proxy = [sys.executable, "-m", "tests.server.proxy", address]
            if name == "mongo-java-server":
                proxy.append("--rename-hello")
            address = processes.enter_context(_process(proxy))
        host, _, port = address.rpartition(":")
        yield Server(name, host, int(port))


def _command(name: str, folder: Path) -> list[str]:
    if name == "ferretdb":
        return [str(FERRETDB), "-data", str(folder / "data")]
    return [
        *("java", "-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        *("-cp", f"{JAVA_CLASSES}:{JAVA_LIBRARIES}/*", "MemoryServer"),
    ]


@contextlib.contextmanager
def _process(command: Sequence[str]) -> Iterator[str]:
    """Start a program that prints "ready URI", and give host:port; its standard input stops it."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=clean_environment(PYMONGO_CPP="0"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        # Ends the wait for the line below, should it never come.
        timer = threading.Timer(_START_SECONDS, process.kill)
        timer.start()
        try:
            assert process.stdout is not None and process.stdin is not None
            line = process.stdout.readline()
            timer.cancel()
            if not line.startswith("ready "):
                raise RuntimeError(f"{command[0]} did not start: {line!r}")
            yield urlsplit(line.split()[1]).netloc
            process.stdin.close()
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
        finally:
            timer.cancel()
            process.kill()
