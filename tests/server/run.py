"""PyMongo's server-needing tests, the soak and a web view on real servers: ``make test-server``.

Run from the project's directory: ``python -m tests.server.run``. Each server runs twice at a time,
with new data, for the C extension and for pymongo_cpp. Ends with 1 when a test that passes with the
C extension fails, or is missing, with pymongo_cpp, or when the soak reads back something else than
it wrote, or the view answers with something else.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.pymongo.comparison import CODECS, REPORTS, Comparison, compare
from tests.pymongo.environment import clean_environment, test_environment
from tests.pymongo.sdist import ROOT, suite_directory
from tests.pymongo.session import Job, Suite, SuiteRun, run_suites
from tests.server import install, servers

MODULES = (
    "binary",
    "bulk",
    "client",
    "client_bulk_write",
    "collation",
    "collection",
    "command_monitoring",
    "comment",
    "crud_unified",
    "crud_v1",
    "cursor",
    "custom_types",
    "database",
    "decimal128",
    "examples",
    "grid_file",
    "gridfs",
    "gridfs_bucket",
    "gridfs_spec",
    "json_util_integration",
    "monitoring",
    "raw_bson",
    "run_command",
    "session",
    "sessions_unified",
    "threads",
)
"""``test_….py``: what runs by default, sync and asyncio."""

_SOAK_SECONDS = 900


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Ends what runs in the background, too: an exception unwinds to where it was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _parser().parse_args()
    install.install()
    version = importlib.metadata.version("pymongo")
    directory = suite_directory(version)
    python = test_environment(version)
    modules = () if options.all_modules else _existing(directory, options.modules or MODULES)
    succeeded = True
    for server in options.servers:
        if options.part in ("suite", "all"):
            suite = Suite(directory, python, modules, seconds=options.seconds)
            comparison = _compare(server, suite, version)
            comparison.print()
            succeeded &= comparison.succeeded
        if options.part in ("soak", "all"):
            succeeded &= _soak(server, python, options.documents)
        if options.part in ("view", "all"):
            succeeded &= _view(server, python)
    print("\ntest-server:", "ok" if succeeded else "FAILED")
    return 0 if succeeded else 1


def _compare(server: str, suite: Suite, version: str) -> Comparison:
    def run_both(suite: Suite, suffix: str) -> list[SuiteRun]:
        with contextlib.ExitStack() as started:
            addresses = [started.enter_context(servers.running(server)) for _ in CODECS]
            return run_suites(
                [
                    Job(_at(suite, address), codec, REPORTS / f"{server}-{codec}{suffix}.xml")
                    for codec, address in zip(CODECS, addresses, strict=True)
                ]
            )

    return compare(f"PyMongo {version}, tests with a server, {server}", suite, version, run_both)


def _at(suite: Suite, server: servers.Server) -> Suite:
    """Return ``suite`` with its tests directed to ``server``."""
    return replace(suite, variables={"DB_IP": server.host, "DB_PORT": str(server.port)})


def _soak(server: str, python: Path, count: int) -> bool:
    print(f"\nsoak, {server}, pymongo_cpp", flush=True)
    arguments = ("--server", server, "--documents", str(count))
    return _run_on(server, python, "tests.server.soak", arguments)


def _view(server: str, python: Path) -> bool:
    print(f"\nexamples/json_view.py, {server}, pymongo_cpp", flush=True)
    return _run_on(server, python, "tests.server.view")


def _run_on(server: str, python: Path, module: str, arguments: Sequence[str] = ()) -> bool:
    """Run a module with the drop-in active on a server; its last argument is the address."""
    command = [*(str(python), "-m", "pymongo_cpp", "run", "-m", module), *arguments]
    environment = clean_environment(
        # The modules themselves, and what tests/pymongo gives to the suite's processes.
        PYTHONPATH=f"{ROOT}:{ROOT / 'tests' / 'pymongo'}",
        PYTHONFAULTHANDLER="1",
        SUITE_CODEC="cpp",
        PYMONGO_CPP="require",
    )
    started = time.monotonic()
    code: int | None = None
    # The clients talk to the server itself: nothing here needs the proxy.
    with (
        servers.running(server, through_proxy=False) as address,
        contextlib.suppress(subprocess.TimeoutExpired),
    ):
        code = subprocess.run(
            [*command, address.uri], env=environment, timeout=_SOAK_SECONDS
        ).returncode
    if code != 0:
        reason = "time-out" if code is None else f"exit code {code}"
        print(f"  FAILED: {reason} after {time.monotonic() - started:.0f} s")
    return code == 0


def _existing(directory: Path, names: Sequence[str]) -> list[str]:
    folders = (Path("test"), Path("test", "asynchronous"))
    modules = [folder / f"test_{name}.py" for name in names for folder in folders]
    return [str(module) for module in modules if (directory / module).exists()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", nargs="+", choices=servers.NAMES, default=servers.NAMES)
    parser.add_argument("--part", choices=("suite", "soak", "view", "all"), default="all")
    parser.add_argument("--modules", nargs="+", help="names without test_ and .py")
    parser.add_argument("--all-modules", action="store_true", help="every module of the suite")
    parser.add_argument("--documents", type=int, default=100_000, help="for the soak")
    parser.add_argument("--seconds", type=float, default=1800, help="limit for a run of the suite")
    return parser


if __name__ == "__main__":
    sys.exit(main())
