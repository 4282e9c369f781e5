"""The sanitized build of pymongo_cpp, for runs of PyMongo's suite on it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.pymongo.sdist import ROOT

_SCRIPT = ROOT / "scripts" / "sanitized-python.sh"


@dataclass(frozen=True)
class Sanitized:
    """A build directory of the preset python-asan with its package/, and a folder for reports.

    Each process writes a file there when a sanitizer finds something in it, so that none is lost
    with a child's output or its exit code.
    """

    build: Path
    reports: Path

    def command(self, python: Path) -> list[str]:
        """Return the command that runs ``python`` with this build, until its arguments."""
        return [str(_SCRIPT), str(python), str(self.build)]

    def variables(self) -> dict[str, str]:
        """Return the environment variables that have the sanitizers write into the folder."""
        log = f"log_path={self.reports / 'report'}"
        return {"ASAN_OPTIONS": log, "UBSAN_OPTIONS": log}

    def clear(self) -> None:
        """Forget the reports of earlier runs."""
        shutil.rmtree(self.reports, ignore_errors=True)
        self.reports.mkdir(parents=True)

    def print_findings(self) -> int:
        """Print what the sanitizers reported since `clear()` and return in how many processes."""
        files = sorted(self.reports.iterdir())
        for file in files:
            print(f"  SANITIZER {file}:\n{file.read_text(errors='replace')[:5000]}")
        print(f"  the sanitizers found something in {len(files)} processes")
        return len(files)
