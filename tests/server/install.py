"""Installs the two servers that the tests run against, under build/servers.

FerretDB comes from the Go module proxy and is compiled (go.mod and go.sum pin it),
mongo-java-server from Maven Central.

Run from the project's directory: ``python -m tests.server.install``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVERS = ROOT / "build" / "servers"
FERRETDB = SERVERS / "ferretdb"
JAVA_CLASSES = SERVERS / "mongo-java-server" / "classes"
JAVA_LIBRARIES = SERVERS / "mongo-java-server" / "lib"

_HERE = Path(__file__).resolve().parent
_GO_AT_LEAST = (1, 22)
_ENSURE_PACKAGE = ROOT / "scripts" / "ensure-package.sh"


def install() -> None:
    """Install what is missing or older than its sources.

    :raises RuntimeError: a tool is missing and could not be installed.
    """
    install_ferretdb()
    install_java_server()


def install_ferretdb() -> None:
    """Compile FerretDB with its SQLite backend into one program."""
    sources = [_HERE / "ferretdb" / name for name in ("main.go", "go.mod", "go.sum")]
    if _is_current(FERRETDB, sources):
        return
    go = _go()
    SERVERS.mkdir(parents=True, exist_ok=True)
    print("compiling FerretDB (one or two minutes the first time)", flush=True)
    # No cgo: SQLite is compiled from its translation to Go.
    subprocess.run(
        [go, "build", "-trimpath", "-ldflags=-s -w", "-o", str(FERRETDB), "."],
        cwd=_HERE / "ferretdb",
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"},
        check=True,
        timeout=1200,
    )


def install_java_server() -> None:
    """Fetch mongo-java-server's libraries and compile the program that runs it."""
    source = _HERE / "mongo-java-server" / "src" / "MemoryServer.java"
    project = _HERE / "mongo-java-server" / "pom.xml"
    program = JAVA_CLASSES / "MemoryServer.class"
    if _is_current(program, [source, project]):
        return
    _ensure_package("openjdk-17-jdk-headless", "javac", "-version")
    _ensure_package("maven", "mvn", "-version")
    shutil.rmtree(JAVA_LIBRARIES.parent, ignore_errors=True)
    print("fetching mongo-java-server", flush=True)
    subprocess.run(
        [
            "mvn",
            "-q",
            "-B",
            "-f",
            str(project),
            "-Dstyle.color=never",
            "dependency:copy-dependencies",
            f"-DoutputDirectory={JAVA_LIBRARIES}",
        ],
        check=True,
        timeout=600,
    )
    subprocess.run(
        ["javac", "-cp", f"{JAVA_LIBRARIES}/*", "-d", str(JAVA_CLASSES), str(source)],
        check=True,
        timeout=300,
    )


def _is_current(product: Path, sources: list[Path]) -> bool:
    if not product.exists():
        return False
    return product.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


def _go() -> str:
    if shutil.which("go") is None:
        _ensure_package("golang-go", "go", "version")
    version = subprocess.run(
        ["go", "env", "GOVERSION"], check=True, capture_output=True, text=True, timeout=60
    ).stdout
    number = re.match(r"go(\d+)\.(\d+)", version)
    if number is None or (int(number[1]), int(number[2])) < _GO_AT_LEAST:
        needed = ".".join(map(str, _GO_AT_LEAST))
        raise RuntimeError(f"FerretDB needs Go {needed} or newer; here is {version.strip()}")
    return "go"


def _ensure_package(package: str, *probe: str) -> None:
    subprocess.run([str(_ENSURE_PACKAGE), package, *probe], check=True, timeout=900)


if __name__ == "__main__":
    install()
    sys.exit(0)
