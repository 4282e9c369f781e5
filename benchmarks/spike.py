"""The Rust spike's four operations on every side: C extension, pure-Python PyMongo, this codec.

``python benchmarks/spike.py`` takes some seconds and saves benchmarks/results/spike/. The spike
published its figures against a side that it called C; with both of PyMongo's own codecs in one
table, a reader sees which of the two that side was.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bson
from cases import spike_cases
from environment import describe
from run import measure

from pymongo_cpp.bench.baseline import BaselineError, Codec, c_codec, cpp_codec
from pymongo_cpp.bench.timing import pinned

RESULTS = Path(__file__).resolve().parent / "results" / "spike"
SETTINGS = {"repeats": 15, "sample_seconds": 0.02}


@contextmanager
def _extension_out_of_reach() -> Iterator[None]:
    attribute = vars(bson).pop("_cbson")
    entry = sys.modules["bson._cbson"]
    sys.modules["bson._cbson"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules["bson._cbson"] = entry
        vars(bson)["_cbson"] = attribute


def pure_python_codec() -> Codec:
    """The public functions of ``bson`` over PyMongo's Python code, from an execution of their own.

    :raises BaselineError: where that execution found an extension after all
    """
    spec = importlib.util.spec_from_file_location("pure_python_bson", str(bson.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _extension_out_of_reach():
        spec.loader.exec_module(module)
    if module.has_c():
        raise BaselineError("the copy of bson that should be pure Python has an extension")
    return Codec("pure Python", module.encode, module.decode, module.decode_all, module.decode_iter)


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
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument("--output", type=Path, default=RESULTS / f"cpython-{version}.json")
    options = parser.parse_args()
    try:
        results = run()
    except BaselineError as error:
        print(f"spike: {error}", file=sys.stderr)
        return 2
    for row in results["rows"]:
        times = "  ".join(f"{side} {us['best']:7.2f} µs" for side, us in row["us"].items())
        print(f"{row['operation']} {row['name']:8}  {times}")
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"saved to {options.output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
