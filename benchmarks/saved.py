"""Where results are kept: ``benchmarks/results/KIND/cpython-3.13.json``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def path_of(kind: str) -> Path:
    """The file of one kind of results for the running CPython."""
    return RESULTS / kind / f"cpython-{sys.version_info.major}.{sys.version_info.minor}.json"


def save(results: dict[str, Any], path: Path) -> None:
    """Write results as JSON, making the folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
