"""One run of one target: its kept crashes first, then new inputs."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from fuzz.targets import WORK, Target, clean_environment, common_arguments

_STATUS = re.compile(r"^#(\d+)\s.*\bcov: (\d+)", re.MULTILINE)
_DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)


@dataclass
class Outcome:
    """What a target did."""

    target: Target
    replayed: int
    executions: int
    coverage: int
    """Edges that libFuzzer saw taken."""
    seconds: float
    finding: str | None
    """The end of what the target said when it stopped before its time."""


def run_target(target: Target, executions: int | None, seconds: int | None) -> Outcome:
    """Run `target` and return what it did; a finding's input is left below `build/fuzz`.

    :param executions: how many inputs to try; the target's own number when None.
    :param seconds: when given, how long to try inputs instead.
    """
    started = time.monotonic()
    replayed = target.kept_crashes
    if replayed:
        finding = _replay(target, replayed)
        if finding is not None:
            return Outcome(target, len(replayed), 0, 0, time.monotonic() - started, finding)
    corpus = WORK / "corpus" / target.name
    findings = WORK / "findings" / target.name
    shutil.rmtree(findings, ignore_errors=True)
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    length = (
        f"-max_total_time={seconds}"
        if seconds is not None
        else f"-runs={target.executions if executions is None else executions}"
    )
    process = _run(
        target,
        [
            length,
            # For a fixed count the same inputs every time; a longer run looks elsewhere each time.
            f"-seed={0 if seconds is not None else 1}",
            f"-artifact_prefix={findings}/",
            str(corpus),
            str(WORK / "seeds" / target.seeds),
        ],
    )
    output = process.stdout
    (findings / "log.txt").write_text(output)
    status = _STATUS.findall(output)
    done = _DONE.search(output)
    return Outcome(
        target,
        len(replayed),
        int(done.group(1) if done else status[-1][0] if status else 0),
        int(status[-1][1]) if status else 0,
        time.monotonic() - started,
        output[-4000:] if process.returncode != 0 or done is None else None,
    )


def _replay(target: Target, files: list[Path]) -> str | None:
    process = _run(target, [str(file) for file in files])
    return None if process.returncode == 0 else process.stdout[-4000:]


def _run(target: Target, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*target.command, *common_arguments(), *arguments],
        env=clean_environment(target.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
