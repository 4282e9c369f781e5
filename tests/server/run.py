"""PyMongo's server-needing tests and the soak against real servers: ``make test-server``.

Run from the project's directory: ``python -m tests.server.run``. Each server runs twice, with new
data, once for the C extension and once for pymongo_cpp. Ends with 1 when a test that passes with
the C extension fails, or is missing, with pymongo_cpp, or when the soak reads back something else
than it wrote.
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
from pathlib import Path

from tests.pymongo.comparison import REPORTS, Comparison, judge
from tests.pymongo.environment import clean_environment, test_environment
from tests.pymongo.sdist import ROOT, suite_directory
from tests.pymongo.session import Codec, Suite, SuiteRun, run_suite
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

_ENDS_THE_RUN = {
    "test/test_client.py::TestClient::test_interrupt_signal": (
        "it sends SIGINT during a $where, which neither server knows: the query has failed by "
        "then, with either codec, and the signal ends pytest"
    ),
}
"""Tests that are left out on both sides, by pytest's names, and why; the report says so too."""

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
    print("\ntest-server:", "ok" if succeeded else "FAILED")
    return 0 if succeeded else 1


def _compare(server: str, suite: Suite, version: str) -> Comparison:
    for test, reason in _ENDS_THE_RUN.items():
        print(f"\nnot run with either codec: {test}: {reason}")
    runs = {}
    codecs: tuple[Codec, Codec] = ("c", "cpp")
    for codec in codecs:
        runs[codec] = _run_suite(server, suite, codec, f"{server}-{codec}")
    title = f"PyMongo {version}, tests with a server, {server}"
    comparison = judge(title, runs["c"], runs["cpp"], version)
    if comparison.regressions and not comparison.cpp.problem:
        _repeat_alone(server, suite, comparison)
    return comparison


def _repeat_alone(server: str, suite: Suite, comparison: Comparison) -> None:
    """Run the lost tests again, each twice; those that pass both times were a matter of timing.

    They stay in the report, by name, as not repeatable.
    """
    tests = [difference.test for difference in comparison.regressions]
    nodes = [_node(suite.directory, test) for test in tests]
    alone = Suite(suite.directory, suite.python, nodes, seconds=suite.seconds)
    runs = [_run_suite(server, alone, "cpp", f"{server}-cpp-again-{turn}") for turn in (1, 2)]
    for difference in list(comparison.regressions):
        results = [run.results.get(difference.test) for run in runs]
        if all(result is not None and result.outcome == "passed" for result in results):
            comparison.regressions.remove(difference)
            comparison.not_repeatable.append(difference)


def _run_suite(server: str, suite: Suite, codec: Codec, report: str) -> SuiteRun:
    with servers.running(server) as address:
        located = Suite(
            suite.directory,
            suite.python,
            suite.modules,
            variables={"DB_IP": address.host, "DB_PORT": str(address.port)},
            arguments=[f"--deselect={test}" for test in _ENDS_THE_RUN],
            seconds=suite.seconds,
        )
        return run_suite(located, codec, REPORTS / f"{report}.xml")


def _soak(server: str, python: Path, count: int) -> bool:
    print(f"\nsoak, {server}, pymongo_cpp", flush=True)
    command = [
        *(str(python), "-m", "pymongo_cpp", "run", "-m", "tests.server.soak"),
        *("--server", server, "--documents", str(count)),
    ]
    environment = clean_environment(
        # The soak's own modules, and what tests/pymongo gives to the suite's processes.
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


def _node(directory: Path, test: str) -> str:
    """Return pytest's name of a test from the one in the JUnit report."""
    dotted, name = test.split("::", 1)
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        module = Path(*parts[:end]).with_suffix(".py")
        if (directory / module).exists():
            return "::".join([str(module), *parts[end:], name])
    raise ValueError(f"no module for the test {test}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", nargs="+", choices=servers.NAMES, default=servers.NAMES)
    parser.add_argument("--part", choices=("suite", "soak", "all"), default="all")
    parser.add_argument("--modules", nargs="+", help="names without test_ and .py")
    parser.add_argument("--all-modules", action="store_true", help="every module of the suite")
    parser.add_argument("--documents", type=int, default=100_000, help="for the soak")
    parser.add_argument("--seconds", type=float, default=1800, help="limit for a run of the suite")
    return parser


if __name__ == "__main__":
    sys.exit(main())
