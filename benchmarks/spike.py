"""The Rust spike's four operations on every side: C extension, pure-Python PyMongo, this codec.

``python benchmarks/spike.py`` takes some seconds and saves benchmarks/results/spike/. The spike
published its figures against a side that it called C; with both of PyMongo's own codecs in one
table, a reader sees which of the two that side was.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cases import spike_cases
from environment import describe
from pure_python import pure_python_codec
from run import measure
from saved import path_of, save

from pymongo_cpp.bench.baseline import BaselineError, c_codec, cpp_codec
from pymongo_cpp.bench.timing import pinned

SETTINGS = {"repeats": 15, "sample_seconds": 0.02}


def run() -> dict[str, Any]:
    """Measure the four operations, all sides taking turns.

    :raises BaselineError: where PyMongo's C extension is missing or unused
    """
    sides = [c_codec(), cpp_codec(), pure_python_codec()]
    with pinned() as core:
        rows = [measure(case, SETTINGS) for case in spike_cases(sides)]
    return {"environment": describe(), "settings": {**SETTINGS, "core": core}, "rows": rows}


def main() -> int:
    """Run, print and save; 2 where there is no C extension to compare with."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=path_of("spike"))
    options = parser.parse_args()
    try:
        results = run()
    except BaselineError as error:
        print(f"spike: {error}", file=sys.stderr)
        return 2
    for row in results["rows"]:
        times = "  ".join(f"{side} {us['best']:7.2f} µs" for side, us in row["us"].items())
        print(f"{row['operation']} {row['name']:8}  {times}")
    save(results, options.output)
    print(f"saved to {options.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
