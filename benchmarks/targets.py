"""The figures that this project must reach, each checked against a run's results."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pymongo_cpp.bench.timing import geometric_mean

NUMBER_ARRAYS = ("floats", "ints")
ONE_HUGE_DOCUMENT = "many_keys"

Row = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A target beside what was measured.

    :param needed: in words, with its bound
    :param measured: NaN where the run did not measure it
    :param worst: the row that the figure comes from, or the number of rows in a mean
    """

    needed: str
    measured: float
    reached: bool
    worst: str


def _rows(results: dict[str, Any], group: str, *operations: str) -> list[Row]:
    return [
        row
        for row in results["rows"]
        if row["group"] == group and (not operations or row["operation"] in operations)
    ]


def _at_least(needed: str, bound: float, measured: float, worst: str) -> Verdict:
    return Verdict(needed, measured, measured >= bound, worst)


def _mean(needed: str, bound: float, rows: list[Row], side: str) -> Verdict:
    values = [row["ratios"][side] for row in rows if side in row["ratios"]]
    return _at_least(needed, bound, geometric_mean(values), f"{len(values)} rows")


def _minimum(needed: str, bound: float, rows: Iterable[Row], side: str) -> Verdict:
    rows = [row for row in rows if side in row["ratios"]]
    if not rows:
        return Verdict(needed, math.nan, False, "not measured")
    worst = min(rows, key=lambda row: row["ratios"][side])
    return _at_least(needed, bound, worst["ratios"][side], f"{worst['operation']} {worst['name']}")


def _codec(results: dict[str, Any], side: str) -> list[Verdict]:
    encode, decode = _rows(results, "documents", "encode"), _rows(results, "documents", "decode")
    usual = [row for row in decode if row["name"] != ONE_HUGE_DOCUMENT]
    huge = [row for row in decode if row["name"] == ONE_HUGE_DOCUMENT]
    options = _rows(results, "options")
    quick_encodes = [
        row
        for row in options
        if row["operation"] == "encode" and row["name"] in ("SON", "tz_aware", "UUIDs")
    ]
    through = {"C++": "pymongo_cpp", "drop-in": "bson, drop-in"}[side]
    decode_all = _rows(results, "documents", "decode_all")
    decode_iter = _rows(results, "documents", "decode_iter")
    return [
        _mean(f"{through}: encode, geometric mean, 6.5x", 6.5, encode, side),
        _minimum(f"{through}: encode, each, 4x", 4, encode, side),
        _mean(f"{through}: decode, geometric mean, 2.3x", 2.3, decode, side),
        _minimum(f"{through}: decode, each, 1.5x", 1.5, usual, side),
        _minimum(f"{through}: decode, 94,000 keys, 1.0x", 1.0, huge, side),
        _mean(f"{through}: decode_all, geometric mean, 2.3x", 2.3, decode_all, side),
        _mean(f"{through}: decode_iter, geometric mean, 3x", 3, decode_iter, side),
        _minimum(f"{through}: codec options, each, 1.0x", 1.0, options, side),
        _minimum(f"{through}: encode SON, aware datetimes, UUIDs, 3x", 3, quick_encodes, side),
    ]


def _spike(results: dict[str, Any]) -> Verdict:
    values = [row["ratios"]["C++"] for row in _rows(results, "spike")]
    mean = statistics.fmean(values) if values else math.nan
    return _at_least("the spike's four operations, arithmetic mean, 5x", 5, mean, "4 operations")


def _formats(results: dict[str, Any]) -> list[Verdict]:
    encode, decode = _rows(results, "formats", "encode"), _rows(results, "formats", "decode")
    arrays = [row for row in encode if row["name"] in NUMBER_ARRAYS]
    others = [row for row in encode if row["name"] not in NUMBER_ARRAYS]
    return [
        _minimum("decode against msgspec's msgpack, each, 1.0x", 1.0, decode, "C++"),
        _minimum("encode against msgspec's msgpack, each, 1.0x", 1.0, others, "C++"),
        _minimum("  arrays of numbers, 0.7x", 0.7, arrays, "C++"),
    ]


def _memory(results: dict[str, Any]) -> list[Verdict]:
    bounds = {"orders": 0.7, "wide": 0.5}
    if "memory" not in results:
        return []
    verdicts = []
    for name, bound in bounds.items():
        measured = results["memory"]["resident"][name]["resident_ratio"]
        needed = f"memory of decode_all, {name}, at most {bound}x"
        verdicts.append(Verdict(needed, measured, measured <= bound, "20,000 documents"))
    return verdicts


def check(results: dict[str, Any]) -> list[Verdict]:
    """Every target of the project, in the order of its list.

    :param results: what ``run.py`` measured
    """
    sides = {side for row in results["rows"] for side in row["ratios"]}
    parts: list[Callable[[], list[Verdict]]] = [
        lambda: _codec(results, "C++"),
        lambda: _codec(results, "drop-in") if "drop-in" in sides else [],
        lambda: [_spike(results)],
        lambda: _formats(results),
        lambda: [_minimum("_batched_op_msg of 1,000, each, 4x", 4, _rows(results, "wire"), "C++")],
        lambda: _memory(results),
    ]
    return [verdict for part in parts for verdict in part()]
