"""PyMongo's own offline tests on its C extension and on pymongo_cpp: ``make test-pymongo``.

Run from the project's directory: ``python -m tests.pymongo.run``. Ends with 1 when a test that
passes with the C extension fails, or is missing, with pymongo_cpp. With a PyMongo other than the
installed one, this project's tests of the drop-in run too: ``make test`` has them run with that.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import signal
import socket
import subprocess
import sys
from pathlib import Path

from pymongo_cpp.dropin.levels import DEFAULT, LEVELS
from tests.pymongo.comparison import CODECS, REPORTS, compare
from tests.pymongo.environment import clean_environment, test_environment
from tests.pymongo.fuzz_targets import check_fuzz_targets
from tests.pymongo.sanitized import Sanitized
from tests.pymongo.sdist import ROOT, suite_directory
from tests.pymongo.session import Job, Suite, SuiteRun, run_suites

OLDER_VERSIONS = ("4.9", "4.13.0", "4.16.0")

CODEC_MODULES = (
    "binary",
    "bson",
    "bson_binary_vector",
    "bson_corpus",
    "code",
    "custom_types",
    "dbref",
    "decimal128",
    "default_exports",
    "errors",
    "json_util",
    "message",
    "objectid",
    "raw_bson",
    "raw_bson_shared",
    "son",
    "timestamp",
)
"""``test_….py``: what uses the codec most, as far as a version has it."""


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    # Ends what runs in the background, too: an exception unwinds to where it was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _parser().parse_args()
    installed = importlib.metadata.version("pymongo")
    versions = options.versions or [installed, *(OLDER_VERSIONS if options.older else ())]
    succeeded = True
    with _closed_port() as port:
        for version in versions:
            every_module = options.all_modules or version == installed
            suite = _suite(version, every_module, port, options)
            succeeded &= _check_version(version, suite, options.mutations)
            if version != installed:
                succeeded &= _check_drop_in(version)
    print("\ntest-pymongo:", "ok" if succeeded else "FAILED")
    return 0 if succeeded else 1


def _suite(
    version: str, every_module: bool, port: socket.socket, options: argparse.Namespace
) -> Suite:
    directory = suite_directory(version)
    reports = REPORTS / "sanitizers"
    return Suite(
        directory,
        test_environment(version),
        () if every_module else _codec_modules(directory),
        variables={"DB_IP": "localhost", "DB_PORT": str(port.getsockname()[1])},
        level=options.level,
        sanitized=Sanitized(options.sanitized.resolve(), reports) if options.sanitized else None,
    )


def _check_version(version: str, suite: Suite, mutations: int) -> bool:
    which = "tests of the codec" if suite.modules else "offline tests"
    name = f"pymongo-{version}-offline" + ("" if suite.level == DEFAULT else f"-{suite.level}")
    if suite.sanitized:
        name += "-sanitized"
        suite.sanitized.clear()

    def run_both(suite: Suite, suffix: str) -> list[SuiteRun]:
        return run_suites(
            [Job(suite, codec, REPORTS / f"{name}-{codec}{suffix}.xml") for codec in CODECS]
        )

    title = f"PyMongo {version}, {which}, level {suite.level}"
    comparison = compare(title, suite, version, run_both)
    comparison.print()
    succeeded = comparison.succeeded
    if (suite.directory / "fuzz" / "fuzz_shared.py").exists():
        succeeded &= check_fuzz_targets(suite, mutations)
    if suite.sanitized:
        succeeded &= suite.sanitized.print_findings() == 0
    return succeeded


def _check_drop_in(version: str) -> bool:
    """Run this project's tests of the drop-in with PyMongo ``version``."""
    print(f"\nPyMongo {version}, this project's tests of the drop-in", flush=True)
    modules = sorted((ROOT / "tests" / "python").glob("test_dropin_*.py"))
    # conftest.py is for the tests of the codec: it wants packages that these do not.
    plugins = ("support.two_pymongos", "no:cacheprovider", "no:asyncio")
    options = ("--noconftest", "-q", *(f"-p{plugin}" for plugin in plugins))
    command = [str(test_environment(version)), "-m", "pytest", *options, *map(str, modules)]
    environment = clean_environment() | {"PYTHONPATH": str(ROOT / "tests" / "python")}
    return subprocess.run(command, cwd=ROOT, env=environment).returncode == 0


def _codec_modules(directory: Path) -> list[str]:
    folders = (Path("test"), Path("test", "asynchronous"))
    modules = [folder / f"test_{name}.py" for name in CODEC_MODULES for folder in folders]
    return [str(module) for module in modules if (directory / module).exists()]


def _closed_port() -> socket.socket:
    """Return a socket that holds a port without listening: to the tests there is no server."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--versions", nargs="+", help="PyMongo versions (default: the one that is installed)"
    )
    parser.add_argument(
        "--older",
        action="store_true",
        help=f"also {', '.join(OLDER_VERSIONS)}, their tests of the codec and ours of the drop-in",
    )
    parser.add_argument(
        "--all-modules", action="store_true", help="every offline test of each version"
    )
    parser.add_argument(
        "--level", choices=LEVELS, default=DEFAULT, help="how much pymongo_cpp replaces"
    )
    parser.add_argument(
        "--sanitized",
        type=Path,
        metavar="BUILD",
        help="run pymongo_cpp's side on this build of the preset python-asan",
    )
    parser.add_argument(
        "--mutations", type=int, default=5000, help="mutated inputs for each fuzz target"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
