"""How the benchmark takes times, and the shares that it works out from them."""

from __future__ import annotations

import gc
import math
import os
from collections import Counter

import bson
import pytest

from pymongo_cpp.bench.baseline import cpp_codec
from pymongo_cpp.bench.documents import STREAMS
from pymongo_cpp.bench.shares import CONTAINERS, by_type, time_shares, type_name
from pymongo_cpp.bench.timing import (
    Measurement,
    calibrate,
    drain,
    garbage_collection_off,
    geometric_mean,
    pinned,
    ratio,
    take_turns,
)


def test_take_turns_measures_every_side_in_every_repeat() -> None:
    calls: Counter[str] = Counter()
    collecting = set()

    def task(name: str) -> None:
        calls[name] += 1
        collecting.add(gc.isenabled())
        sum(range(2000))

    tasks = {"a": lambda: task("a"), "b": lambda: task("b")}
    times = take_turns(tasks, 10, repeats=3, sample_seconds=0.001)
    assert list(times) == ["a", "b"]
    assert collecting == {False}
    assert gc.isenabled()
    for name, measured in times.items():
        assert len(measured.samples) == 3
        assert 0 < measured.best <= measured.median
        assert calls[name] > 3 * measured.loops


def test_a_slower_task_has_the_smaller_ratio() -> None:
    tasks = {"slow": lambda: sum(range(20_000)), "fast": lambda: sum(range(2000))}
    times = take_turns(tasks, 1, repeats=5, sample_seconds=0.002)
    assert 4 < ratio(times["slow"], times["fast"]) < 25


def test_ratio_is_the_median_over_the_repeats() -> None:
    baseline = Measurement(1, 1, [4.0, 4.0, 8.0])
    other = Measurement(1, 1, [2.0, 1.0, 4.0])
    assert ratio(baseline, other) == 2.0


def test_calibrate_takes_one_pass_of_a_long_task() -> None:
    assert calibrate(lambda: sum(range(200_000)), 0.0001) == 1
    assert calibrate(lambda: None, 0.001) > 100


def test_geometric_mean() -> None:
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4.0)
    assert math.isnan(geometric_mean([]))


def test_pinned_restores_the_affinity() -> None:
    before = os.sched_getaffinity(0)
    with pinned() as core:
        assert os.sched_getaffinity(0) == {core}
    assert os.sched_getaffinity(0) == before


def test_garbage_collection_stays_off_if_it_was() -> None:
    gc.disable()
    try:
        with garbage_collection_off():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_drain_consumes_all() -> None:
    iterator = iter(range(5))
    drain(iterator)
    assert next(iterator, None) is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int32"),
        (2**31, "int64"),
        (bson.Int64(1), "int64"),
        (True, "boolean"),
        (None, "null"),
        (b"", "binary"),
        (bson.ObjectId(), "ObjectId"),
        ("", "string"),
        (0.5, "double"),
    ],
)
def test_type_name(value: object, name: str) -> None:
    assert type_name(value) == name


def test_by_type_finds_every_scalar_once() -> None:
    documents = [{"a": 1, "b": {"c": 2, "d": "x"}, "e": [3.5, "y", {"f": 4}]}]
    assert by_type(documents) == {
        "int32": [{"a": 1}, {"c": 2}, {"f": 4}],
        "string": [{"d": "x"}, {"1": "y"}],
        "double": [{"0": 3.5}],
    }


def test_shares_add_up() -> None:
    documents = list(STREAMS["orders"].generate(20))
    shares = time_shares(cpp_codec(), documents)
    for operation in ("encode", "decode"):
        assert sum(shares[operation].values()) == pytest.approx(1)
        assert all(-1e-9 <= share <= 1 for share in shares[operation].values())
        assert {CONTAINERS, "string", "ObjectId", "Decimal128"} <= set(shares[operation])
