"""Coverage of the core's lines by its fuzz targets, as llvm-cov reads it from their profiles."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz.targets import ROOT, WORK, Target

_CORE = ("include/bsonpp", "src/bsonpp", "src/json")


@dataclass
class LineCoverage:
    """How many of a file's lines were executed."""

    file: str
    lines: int
    covered: int

    @property
    def share(self) -> float:
        """Executed lines, in percent."""
        return 100 * self.covered / self.lines if self.lines else 100.0


def core_coverage(targets: Sequence[Target]) -> list[LineCoverage]:
    """Return the coverage of each of the core's files by all that `targets` has executed.

    :raises subprocess.CalledProcessError: when LLVM's tools cannot read the profiles.
    """
    profiles = WORK / "profiles"
    merged = WORK / "core.profdata"
    # A run that a signal ended leaves an empty file.
    files = [str(file) for file in sorted(profiles.glob("*.profraw")) if file.stat().st_size]
    subprocess.run(["llvm-profdata", "merge", "-sparse", *files, "-o", str(merged)], check=True)
    programs = [target.command[0] for target in targets]
    objects = [argument for program in programs[1:] for argument in ("-object", program)]
    sources = [str(ROOT / folder) for folder in _CORE]
    exported = subprocess.run(
        [
            *("llvm-cov", "export", "-summary-only", f"-instr-profile={merged}"),
            *(programs[0], *objects, *sources),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    report = json.loads(exported)["data"][0]
    return [
        LineCoverage(
            str(Path(file["filename"]).relative_to(ROOT)),
            file["summary"]["lines"]["count"],
            file["summary"]["lines"]["covered"],
        )
        for file in report["files"]
        if file["summary"]["lines"]["count"]
    ]
