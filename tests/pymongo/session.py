"""Runs of PyMongo's test suite, each in a process of its own, on one codec."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.pymongo.environment import clean_environment
from tests.pymongo.junit import TestResults, read_junit
from tests.pymongo.sanitized import Sanitized

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
    level: str = "default"
    """How much of PyMongo pymongo_cpp replaces on its side."""
    sanitized: Sanitized | None = None
    """The build that serves the side of pymongo_cpp; the working tree's where None."""

    def command(self, codec: Codec) -> list[str]:
        """Return the start of a command that runs Python on ``codec``, until its arguments."""
        if codec == "c":
            return [str(self.python)]
        interpreter = self.sanitized.command(self.python) if self.sanitized else [str(self.python)]
        return [*interpreter, "-m", "pymongo_cpp", "run", "--level", self.level]

    def environment(self, codec: Codec, *path: Path) -> dict[str, str]:
        """Return the environment for such a command, with ``path`` as PYTHONPATH."""
        sanitizers = self.sanitized.variables() if self.sanitized and codec == "cpp" else {}
        return clean_environment(
            PYTHONPATH=os.pathsep.join(map(str, path)),
            PYTHONDONTWRITEBYTECODE="1",
            PYTHONFAULTHANDLER="1",
            SUITE_CODEC=codec,
            SUITE_LEVEL=self.level,
            PYMONGO_CPP="require" if codec == "cpp" else "0",
            **sanitizers,
            **self.variables,
        )


@dataclass(frozen=True)
class Job:
    """A suite to run on a codec, and the JUnit XML to write; the output goes beside that."""

    suite: Suite
    codec: Codec
    report: Path


def run_suites(jobs: Sequence[Job]) -> list[SuiteRun]:
    """Run all ``jobs`` at the same time, each in a process of its own."""
    with contextlib.ExitStack() as processes:
        running = [processes.enter_context(_started(job)) for job in jobs]
        return [process.finish() for process in running]


class _RunningSuite:
    """A run that is under way."""

    def __init__(self, job: Job, process: subprocess.Popen[bytes], log: Path) -> None:
        self._job = job
        self._process = process
        self._log = log
        self._started = time.monotonic()

    def finish(self) -> SuiteRun:
        """Wait for the end, or for the end of the time that the suite has."""
        left = self._started + self._job.suite.seconds - time.monotonic()
        try:
            code: int | None = self._process.wait(timeout=max(left, 0))
        except subprocess.TimeoutExpired:
            code = None
        seconds = time.monotonic() - self._started
        report = self._job.report
        results = read_junit(report) if report.exists() else {}
        problem = _problem(code, results, self._log)
        return SuiteRun(self._job.codec, results, seconds, self._log, problem)


@contextlib.contextmanager
def _started(job: Job) -> Iterator[_RunningSuite]:
    """Start a run; whatever of it is left at the end of the ``with`` block is killed."""
    job.report.parent.mkdir(parents=True, exist_ok=True)
    job.report.unlink(missing_ok=True)
    log = job.report.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            _command(job.suite, job.codec, job.report),
            cwd=job.suite.directory,
            env=job.suite.environment(job.codec, _PLUGIN_FOLDER),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _RunningSuite(job, process, log)
    finally:
        # The suite's own children (forks, subprocesses) end with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _command(suite: Suite, codec: Codec, report: Path) -> list[str]:
    return [
        *suite.command(codec),
        *("-m", "pytest", "-p", "codec_plugin", "-p", "no:cacheprovider", "-q", "--tb=native"),
        *("-o", "addopts=", "-m", suite.marker, f"--junitxml={report}"),
        # Starts a thread for each test; this module has a limit of its own.
        *("-o", "faulthandler_timeout=0"),
        *suite.arguments,
        *suite.modules,
    ]


def _problem(code: int | None, results: TestResults, log: Path) -> str | None:
    # 0: all passed; 1: some failed. The comparison judges both.
    if code in (0, 1) and results:
        return None
    tail = "\n    ".join(log.read_text(errors="replace").splitlines()[-15:])
    reason = "time-out" if code is None else f"exit code {code}"
    return f"{reason}, {len(results)} results; the end of {log}:\n    {tail}"
