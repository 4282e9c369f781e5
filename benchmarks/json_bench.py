"""JSON against json_util and python-bsonjs, all sides taking turns in one process.

::

    python benchmarks/json_bench.py [--quick] [--documents NAME ...]

Prints, for each kind of document, how many times as fast as the others this project's functions
are, and whether the geometric means reach the project's targets. Without ``--quick`` these are
saved under benchmarks/results/json. The text of every side is checked to mean the same before
anything is timed. It measures one thread; that `bson_to_json` and `json_to_bson` let other threads
run meanwhile is not measured.

python-bsonjs writes and reads relaxed Extended JSON here, as all the others do.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bson
import bsonjs
from bson import json_util
from environment import describe
from saved import path_of, save

import pymongo_cpp.json as cpp_json
from pymongo_cpp.bench.baseline import c_codec
from pymongo_cpp.bench.documents import STREAMS
from pymongo_cpp.bench.timing import Task, geometric_mean, pinned, ratio, take_turns

# The ones that hold a type for which bsonjs has another text, such as code with a scope, are there
# too: what is compared is the time.
NAMES = ("simple", "complex", "orders", "sensors", "articles", "non_ascii", "events", "wide")
DOCUMENTS = 200
OURS = "pymongo_cpp"
WITH_UUIDS: bson.CodecOptions[Any] = bson.CodecOptions(uuid_representation=4)


@dataclass(frozen=True)
class Target:
    """How many times as fast as `side` the mean over all documents must be."""

    operation: str
    side: str
    factor: float


TARGETS = (
    Target("bson_to_json", "bsonjs", 10),
    Target("bson_to_json", "json_util", 40),
    Target("json_to_bson", "bsonjs", 4),
    Target("dumps", "json_util", 20),
    Target("loads", "json_util", 8),
)


def over_all(function: Callable[[Any], object], items: list[Any]) -> Task:
    """Return a task that calls `function` with each of the items."""

    def task() -> None:
        for item in items:
            function(item)

    return task


def operations(name: str) -> dict[str, dict[str, Task]]:
    """Return the tasks of one kind of document, by operation and by side."""
    decode = c_codec().decode
    encode = c_codec().encode
    values = list(STREAMS[name].generate(DOCUMENTS))
    data = [encode(value, codec_options=WITH_UUIDS) for value in values]
    decoded = [decode(item) for item in data]
    texts = [cpp_json.bson_to_json(item).decode() for item in data]
    for item, value, text in zip(data, decoded, texts, strict=True):
        check(item, value, text)
    return {
        "bson_to_json": {
            OURS: over_all(cpp_json.bson_to_json, data),
            "bsonjs": over_all(lambda item: bsonjs.dumps(item, mode=bsonjs.RELAXED), data),
            "json_util": over_all(lambda item: json_util.dumps(decode(item)), data),
        },
        "json_to_bson": {
            OURS: over_all(cpp_json.json_to_bson, texts),
            "bsonjs": over_all(bsonjs.loads, texts),
            "json_util": over_all(lambda text: encode(json_util.loads(text)), texts),
        },
        "dumps": {
            OURS: over_all(cpp_json.dumps, decoded),
            "json_util": over_all(json_util.dumps, decoded),
        },
        "loads": {
            OURS: over_all(cpp_json.loads, texts),
            "json_util": over_all(json_util.loads, texts),
        },
    }


def check(data: bytes, value: Any, text: str) -> None:
    """Fail unless every side agrees on this document."""
    assert text == json_util.dumps(value)
    assert cpp_json.dumps(value) == text
    assert cpp_json.loads(text) == json_util.loads(text)
    assert cpp_json.json_to_bson(text) == bson.encode(json_util.loads(text))
    # bsonjs spells numbers and dates in its own way, but the keys must be there.
    assert list(json.loads(bsonjs.dumps(data, mode=bsonjs.RELAXED))) == list(json.loads(text))


def measure(names: list[str], repeats: int, seconds: float) -> dict[tuple[str, str], list[float]]:
    """Print a line for each kind of document; return the ratios by operation and side."""
    ratios: dict[tuple[str, str], list[float]] = {}
    for name in names:
        for operation, tasks in operations(name).items():
            results = take_turns(tasks, DOCUMENTS, repeats=repeats, sample_seconds=seconds)
            ours = results[OURS]
            words = [f"{ours.median * 1e6:9.2f} us"]
            for side, result in results.items():
                if side == OURS:
                    continue
                factor = ratio(result, ours)
                ratios.setdefault((operation, side), []).append(factor)
                words.append(f"{factor:7.1f}x {side}")
            print(f"{name:10} {operation:13} {'  '.join(words)}", flush=True)
    return ratios


def report(ratios: dict[tuple[str, str], list[float]]) -> list[dict[str, Any]]:
    """Print whether each target is reached; return them with what was measured."""
    verdicts = []
    for target in TARGETS:
        values = ratios[target.operation, target.side]
        mean = geometric_mean(values)
        reached = mean >= target.factor
        print(
            f"{target.operation}: {mean:.1f}x {target.side}, needed {target.factor:g}x: "
            f"{'reached' if reached else 'NOT REACHED'}"
        )
        needed = f"{target.operation} against {target.side}, geometric mean, {target.factor:g}x"
        worst = f"{len(values)} kinds of documents, {min(values):.1f}x to {max(values):.1f}x"
        verdicts.append({"needed": needed, "measured": mean, "reached": reached, "worst": worst})
    return verdicts


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison; 1 when a target is not reached and --check is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="few and short samples")
    parser.add_argument("--check", action="store_true", help="fail where a target is not reached")
    parser.add_argument("--documents", nargs="+", choices=NAMES, default=list(NAMES))
    chosen = parser.parse_args(arguments)
    packages = ("pymongo", "python-bsonjs")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    print(f"CPython {platform.python_version()}, {versions}; times are ours, per document")
    with pinned():
        ratios = measure(
            chosen.documents, 3 if chosen.quick else 9, 0.005 if chosen.quick else 0.02
        )
    verdicts = report(ratios)
    if not chosen.quick:
        results = {"environment": describe(), "targets": verdicts}
        save(results, path_of("json"))
    return 1 if chosen.check and not all(verdict["reached"] for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
