"""One run of PyMongo's test suite, in a process of its own, on one codec."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.pymongo.environment import clean_environment
from tests.pymongo.junit import TestResults, read_junit

Codec = Literal["c", "cpp"]
CODEC_NAMES: dict[Codec, str] = {"c": "PyMongo's C extension", "cpp": "pymongo_cpp"}

_PLUGIN_FOLDER = Path(__file__).resolve().parent


@dataclass
class SuiteRun:
    """What one run gave."""

    codec: Codec
    results: TestResults
    seconds: float
    log: Path
    problem: str | None = None
    """Why the results are incomplete: a crash, a time-out, nothing collected."""


@dataclass(frozen=True)
class Suite:
    """What to run: the tests of ``directory`` with the interpreter ``python``."""

    directory: Path
    python: Path
    modules: Sequence[str] = ()
    """Paths relative to ``directory``; empty for all."""
    marker: str = "default or default_async"
    variables: dict[str, str] = field(default_factory=dict)
    """Additional environment variables."""
    arguments: Sequence[str] = ()
    """Additional pytest arguments."""
    seconds: float = 1800
    """Limit for a run."""


def run_suite(suite: Suite, codec: Codec, report: Path) -> SuiteRun:
    """Run ``suite`` on ``codec``; write JUnit XML to ``report`` and the output beside it."""
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    log = report.with_suffix(".log")
    started = time.monotonic()
    with log.open("w") as output:
        code = _run(_command(suite, codec, report), _variables(suite, codec), suite, output)
    seconds = time.monotonic() - started
    results = read_junit(report) if report.exists() else {}
    return SuiteRun(codec, results, seconds, log, _problem(code, results, log))


def _command(suite: Suite, codec: Codec, report: Path) -> list[str]:
    launcher = ["-m", "pymongo_cpp", "run"] if codec == "cpp" else []
    return [
        str(suite.python),
        *launcher,
        *("-m", "pytest", "-p", "codec_plugin", "-p", "no:cacheprovider", "-q", "--tb=native"),
        *("-o", "addopts=", "-m", suite.marker, f"--junitxml={report}"),
        *suite.arguments,
        *suite.modules,
    ]


def _variables(suite: Suite, codec: Codec) -> dict[str, str]:
    return clean_environment(
        PYTHONPATH=str(_PLUGIN_FOLDER),
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONFAULTHANDLER="1",
        SUITE_CODEC=codec,
        PYMONGO_CPP="require" if codec == "cpp" else "0",
        **suite.variables,
    )


def _run(command: list[str], variables: dict[str, str], suite: Suite, output: object) -> int | None:
    """Return the exit code, or None where the time was over."""
    process = subprocess.Popen(
        command,
        cwd=suite.directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=output,  # type: ignore[call-overload]
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        code: int | None = process.wait(timeout=suite.seconds)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        # The suite's own children (forks, subprocesses) end with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return code


def _problem(code: int | None, results: TestResults, log: Path) -> str | None:
    # 0: all passed; 1: some failed. The comparison judges both.
    if code in (0, 1) and results:
        return None
    tail = "\n    ".join(log.read_text(errors="replace").splitlines()[-15:])
    reason = "time-out" if code is None else f"exit code {code}"
    return f"{reason}, {len(results)} results; the end of {log}:\n    {tail}"
