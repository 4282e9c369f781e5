"""Lazy documents and select() against decoding, all sides taking turns in one process.

::

    python benchmarks/lazy_bench.py [--quick] [--check]

Prints what each side takes and whether the project's targets are reached; without ``--quick``
these are saved under benchmarks/results/lazy. Every side's answer is checked to be the same before
anything is timed. The documents are read as PyMongo's users read them, from Python; one thread.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bson
import pymongo
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from environment import describe
from saved import path_of, save

from pymongo_cpp import LazyDocument, decode, encode, project, select
from pymongo_cpp.bench.baseline import c_codec
from pymongo_cpp.bench.timing import Task, pinned, ratio, take_turns

OURS = "pymongo_cpp"
BATCH = 1000  # documents in a pass over whole documents
STREAM = 100_000  # documents that are searched
OPEN_EVERY = 20  # one in so many of them matches: 5%
WANTED = range(0, STREAM, 100)  # numbers among which one is looked for
DAY = datetime.datetime(2024, 5, 6, 7, 8, 9)


def customer(number: int) -> dict[str, Any]:
    """Return a document of 30 fields as an application keeps it."""
    return {
        "_id": ObjectId(),
        "number": number,
        "status": "open" if number % OPEN_EVERY == 0 else "closed",
        "first_name": f"first {number}",
        "last_name": f"last {number}",
        "email": f"customer.{number}@example.com",
        "phone": "+49 30 1234567",
        "created": DAY,
        "updated": DAY + datetime.timedelta(minutes=number),
        "visits": number % 97,
        "orders": Int64(number * 3),
        "balance": number * 0.25,
        "limit": Decimal128("2500.00"),
        "newsletter": True,
        "verified": number % 2 == 0,
        "language": "de",
        "currency": "EUR",
        "referrer": None,
        "agent": ObjectId(),
        "group": "standard",
        "rating": 4.5,
        "qty": number % 50,
        "notes": "Calls on Fridays, wants invoices by post.",
        "street": "Unter den Linden 77",
        "zip": "10117",
        "city": "Berlin",
        "country": "DE",
        "tags": ["b2b", "priority", "2024"],
        "terms": {"days": 30, "discount": 0.02},
        "last_seen": DAY,
    }


def two_fields(make: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a function that makes a document and reads 2 of its 30 fields."""

    def read(data: bytes) -> Any:
        document = make(data)
        return document["status"], document["balance"]

    return read


def all_fields(make: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a function that makes a document and goes through all of its fields."""

    def read(data: bytes) -> Any:
        for _key, value in make(data).items():
            last = value
        return last

    return read


def each_field_three_times(make: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a function that makes a document and asks for each field by its key, three times."""

    def read(data: bytes) -> Any:
        document = make(data)
        for _ in range(3):
            for key in document:
                last = document[key]
        return last

    return read


def one_path(data: bytes) -> Any:
    """Return a value two levels down."""
    return LazyDocument(data).get("terms.days")


@dataclass(frozen=True)
class Comparison:
    """Some task on each side.

    :param functions: from one document, or the stream, to an answer, by side
    :param needed: how many times as fast as each of these sides ours must be
    """

    name: str
    functions: dict[str, Callable[[Any], Any]]
    needed: dict[str, float]


DECODE = c_codec().decode
ENCODE = c_codec().encode
DECODE_ALL = c_codec().decode_all
DECODE_ITER = c_codec().decode_iter


def _is_wanted(document: Any) -> bool:
    return bool(document["status"] == "open" and document["qty"] >= 0)


COMPARISONS = (
    Comparison(
        "2 of 30 fields",
        {
            OURS: two_fields(LazyDocument),
            "decode, C": two_fields(DECODE),
            "RawBSONDocument": two_fields(RawBSONDocument),
        },
        {"decode, C": 8, "RawBSONDocument": 8},
    ),
    Comparison(
        "all fields",
        {OURS: all_fields(LazyDocument), "decode, C": all_fields(DECODE)},
        {"decode, C": 1},
    ),
    Comparison(
        "a path",
        {OURS: one_path, "decode, C": lambda data: DECODE(data)["terms"]["days"]},
        {"decode, C": 1},
    ),
    Comparison(
        "project 2 paths",
        {
            OURS: lambda data: project(data, ("status", "terms.days")),
            "decode, C": lambda data: _picked(DECODE(data)),
            "LazyDocument": lambda data: _picked(LazyDocument(data)),
        },
        {"decode, C": 1},
    ),
    Comparison(
        "passed on unchanged",
        {
            OURS: lambda data: bytes(LazyDocument(data).raw),
            "decode and encode, C": lambda data: ENCODE(DECODE(data)),
        },
        {"decode and encode, C": 1},
    ),
    Comparison(
        "passed on by encoding it again",
        {
            OURS: lambda data: encode(LazyDocument(data)),
            "RawBSONDocument, C": lambda data: ENCODE(RawBSONDocument(data)),
            "decode and encode, C": lambda data: ENCODE(DECODE(data)),
        },
        {"RawBSONDocument, C": 1, "decode and encode, C": 1},
    ),
    Comparison(
        "all fields three times, by decode",
        {
            OURS: each_field_three_times(decode),
            "LazyDocument": each_field_three_times(LazyDocument),
        },
        {"LazyDocument": 1},
    ),
)
SEARCHES = (
    Comparison(
        "select 5%",
        {
            OURS: lambda stream: list(select(stream, {"status": "open", "qty": {"$gte": 0}})),
            "decode_all, C": lambda stream: [d for d in DECODE_ALL(stream) if _is_wanted(d)],
            "decode_iter, C": lambda stream: [d for d in DECODE_ITER(stream) if _is_wanted(d)],
        },
        {"decode_all, C": 10, "decode_iter, C": 10},
    ),
    Comparison(
        "select by $in of 1,000 values",
        {
            OURS: lambda stream: list(select(stream, {"number": {"$in": list(WANTED)}})),
            "decode_iter, C": lambda stream: [
                d for d in DECODE_ITER(stream) if d["number"] in WANTED
            ],
        },
        {"decode_iter, C": 10},
    ),
)


def _picked(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": document["status"], "terms": {"days": document["terms"]["days"]}}


def over_all(function: Callable[[bytes], Any], items: Iterable[bytes]) -> Task:
    """Return a task that calls `function` with each of the items."""

    def task() -> None:
        for item in items:
            function(item)

    return task


Verdicts = list[dict[str, Any]]


def compare(
    comparison: Comparison, tasks: dict[str, Task], units: int, repeats: int, seconds: float
) -> Verdicts:
    """Print each side's time and each target; return the targets with what was measured."""
    results = take_turns(tasks, units, repeats=repeats, sample_seconds=seconds)
    print(f"{comparison.name}:")
    print(f"  {OURS:16} {results[OURS].median * 1e9:9.0f} ns a document")
    verdicts: Verdicts = []
    for side, result in results.items():
        if side == OURS:
            continue
        factor = ratio(result, results[OURS])
        verdict = ""
        if (needed := comparison.needed.get(side)) is not None:
            verdicts.append(
                {
                    "needed": f"{comparison.name}, against {side}, {needed:g}x",
                    "measured": factor,
                    "reached": factor >= needed,
                    "worst": f"{units:,} documents",
                }
            )
            verdict = f"needed {needed:g}x: {'reached' if factor >= needed else 'NOT REACHED'}"
        print(f"  {side:16} {result.median * 1e9:9.0f} ns {factor:7.1f}x  {verdict}", flush=True)
    return verdicts


def measure(repeats: int, seconds: float, stream_size: int) -> Verdicts:
    """Make all comparisons; return the targets with what was measured."""
    documents = [DECODE(bson.encode(customer(number))) for number in range(stream_size)]
    data = [bson.encode(document) for document in documents]
    batch = data[:BATCH]
    verdicts: Verdicts = []
    for comparison in COMPARISONS:
        for item in batch[:20]:
            answers = [function(item) for function in comparison.functions.values()]
            assert all(answer == answers[0] for answer in answers)
        tasks = {side: over_all(function, batch) for side, function in comparison.functions.items()}
        verdicts += compare(comparison, tasks, len(batch), repeats, seconds)
    stream = b"".join(data)
    del documents, data
    for search in SEARCHES:
        verdicts += compare_searches(search, stream, stream_size, max(3, repeats // 3), seconds)
    return verdicts


def compare_searches(
    search: Comparison, stream: bytes, size: int, repeats: int, seconds: float
) -> Verdicts:
    """The same for one pass over a stream of `size` documents."""
    found = [function(stream) for function in search.functions.values()]
    assert all(answer == found[0] for answer in found)
    print(f"({len(found[0]):,} of {size:,} documents match)")
    del found
    tasks: dict[str, Task] = {
        side: lambda function=function: function(stream)  # type: ignore[misc]
        for side, function in search.functions.items()
    }
    return compare(search, tasks, size, repeats, seconds)


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison; 1 when a target is not reached and --check is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="few and short samples")
    parser.add_argument("--check", action="store_true", help="fail where a target is not reached")
    chosen = parser.parse_args(arguments)
    size = len(bson.encode(customer(1)))
    print(
        f"CPython {platform.python_version()}, PyMongo {pymongo.version}, documents of 30 fields "
        f"and {size} bytes"
    )
    with pinned():
        verdicts = measure(3, 0.01, STREAM // 10) if chosen.quick else measure(9, 0.05, STREAM)
    if not chosen.quick:
        results = {"environment": describe(), "targets": verdicts}
        save(results, path_of("lazy"))
    return 1 if chosen.check and not all(verdict["reached"] for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
