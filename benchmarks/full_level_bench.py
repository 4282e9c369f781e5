"""What ``install(level="full")`` replaces, against PyMongo with its C extension.

::

    python benchmarks/full_level_bench.py [--quick] [--check]

Both sides take turns in one process: before each sample the drop-in is installed or taken out.
Prints what an operation takes on each side and whether the project's targets are reached. On
CPython 3.13 and later the full level is measured at its slowest: there a class that has changed a
thousand times, as PyMongo's own generator changes ObjectId with every id, is looked up the long way
from then on. The lines for decode_iter and decode_file_iter hold for the default level too.
"""

from __future__ import annotations

import argparse
import io
import operator
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import bson
import pymongo
from bson.codec_options import CodecOptions
from bson.errors import InvalidId
from bson.objectid import ObjectId
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument

import pymongo_cpp
from pymongo_cpp.bench.baseline import c_codec
from pymongo_cpp.bench.timing import drain, garbage_collection_off, pinned

TEXT = "507f1f77bcf86cd799439011"
ONE, SAME, OTHER = ObjectId(TEXT), ObjectId(TEXT), ObjectId()
FIELDS = {"name": "Ada", "born": 1815, "tags": ["a", "b"], "address": {"city": "London"}}
DOCUMENT = bson.encode({**FIELDS, **{f"field{i}": i for i in range(20)}})
SMALL = bson.encode({"_id": ONE, "name": "Ada", "born": 1815})
STREAM = SMALL * 100
INFLATED = RawBSONDocument(DOCUMENT)
EQUAL = RawBSONDocument(DOCUMENT)
UNKNOWN = object()


class Subclass(ObjectId):
    """As an application derives its own from ObjectId."""


def _attempt(function: Callable[..., Any], argument: Any) -> None:
    try:
        function(argument)
    except InvalidId:
        return


@dataclass(frozen=True)
class Operation:
    """Something that both sides do.

    :param run: does it once
    :param units: how many results that gives
    :param needed: how many times as fast as PyMongo ours must be
    """

    name: str
    run: Callable[[], Any]
    units: int = 1
    needed: float = 1


def fresh(read: Callable[[RawBSONDocument], Any]) -> Callable[[], Any]:
    """Return a function that makes a raw document and reads from it for the first time."""
    options: CodecOptions[Any] = DEFAULT_RAW_BSON_OPTIONS
    return lambda: read(RawBSONDocument(DOCUMENT, options))


OPERATIONS = (
    Operation("ObjectId()", ObjectId, needed=7),
    Operation("ObjectId(text)", partial(ObjectId, TEXT)),
    Operation("ObjectId(wrong text)", partial(_attempt, ObjectId, "wrong"), needed=0.9),
    Operation("ObjectId(bytes)", partial(ObjectId, b"twelve bytes")),
    Operation("ObjectId(ObjectId)", partial(ObjectId, ONE)),
    Operation("ObjectId(oid=text)", partial(ObjectId, oid=TEXT)),
    Operation("ObjectId of a subclass", Subclass),
    Operation("ObjectId.is_valid(text)", partial(ObjectId.is_valid, TEXT)),
    Operation("str(id)", partial(str, ONE)),
    Operation("repr(id)", partial(repr, ONE)),
    Operation("hash(id)", partial(hash, ONE)),
    Operation("id == id", partial(operator.eq, ONE, SAME)),
    Operation("id < id", partial(operator.lt, ONE, OTHER)),
    Operation("id == something else", partial(operator.eq, ONE, UNKNOWN)),
    Operation("id in a set", partial(operator.contains, {SAME}, ONE)),
    Operation("raw document, first field", fresh(lambda d: d["name"])),
    Operation("raw document, next field", partial(operator.getitem, INFLATED, "born")),
    Operation("raw document, get", partial(operator.methodcaller("get", "born"), INFLATED)),
    Operation(
        "raw document, get of no field", partial(operator.methodcaller("get", "none"), INFLATED)
    ),
    Operation("raw document, in", partial(operator.contains, INFLATED, "born")),
    Operation("raw document, len", partial(len, INFLATED)),
    Operation("raw document, items", partial(operator.methodcaller("items"), INFLATED)),
    Operation("raw document, iterate", partial(drain, INFLATED)),
    Operation("raw document, ==", partial(operator.eq, INFLATED, EQUAL)),
    Operation("is_valid", lambda: bson.is_valid(DOCUMENT)),
    Operation("decode_iter", lambda: drain(bson.decode_iter(STREAM)), 100, 3),
    Operation("decode_file_iter", lambda: drain(bson.decode_file_iter(io.BytesIO(STREAM))), 100),
)


def _seconds(run: Callable[[], Any], loops: int) -> float:
    start = time.process_time_ns()
    for _ in range(loops):
        run()
    return (time.process_time_ns() - start) / 1e9


def _loops(run: Callable[[], Any], seconds: float) -> int:
    loops = 50
    while (taken := _seconds(run, loops)) < seconds / 4:
        loops *= 2
    return max(1, int(loops * seconds / taken))


def measure(operation: Operation, repeats: int, seconds: float) -> bool:
    """Print the time and the ratio of an operation; return whether its target is reached."""
    samples: list[tuple[float, float]] = []
    loops = _loops(operation.run, seconds)
    for _ in range(repeats):
        pymongo_cpp.uninstall()
        theirs = _seconds(operation.run, loops)
        pymongo_cpp.install(level="full")
        ours = _seconds(operation.run, loops)
        samples.append((theirs / loops / operation.units, ours / loops / operation.units))
    pymongo_cpp.uninstall()
    factor = statistics.median(theirs / ours for theirs, ours in samples)
    theirs, ours = (statistics.median(side) * 1e9 for side in zip(*samples, strict=True))
    verdict = "reached" if factor >= operation.needed else "NOT REACHED"
    print(
        f"{operation.name:30} {theirs:8.0f} ns {ours:8.0f} ns {factor:7.1f}x"
        f"  needed {operation.needed:g}x: {verdict}",
        flush=True,
    )
    return factor >= operation.needed


def main() -> int:
    """Measure everything; return 1 under --check where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter samples")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    options = parser.parse_args()
    c_codec()  # refuses a PyMongo without its C extension
    repeats, seconds = (7, 0.002) if options.quick else (41, 0.005)
    print(f"CPython {platform.python_version()}, PyMongo {pymongo.version}; PyMongo, then full")
    with pinned(), garbage_collection_off():
        reached = [measure(operation, repeats, seconds) for operation in OPERATIONS]
    return 1 if options.check and not all(reached) else 0


if __name__ == "__main__":
    sys.exit(main())
