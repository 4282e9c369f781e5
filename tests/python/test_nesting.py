"""Deeply nested values in threads whose stacks are small: errors, never the end of the process."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from support.process import python

HERE = Path(__file__).resolve().parent
# From a little more than CPython itself needs, over what musl gives a thread, to beyond the reserve
# that is kept free.
SMALL = (64, 128, 200)
LARGER = (256, 320, 512, 1024, 8192)


def outcomes(sizes: tuple[int, ...]) -> list[dict[str, int]]:
    """Return how often each outcome came for each size of stack, in KiB."""
    arguments = ["-X", "faulthandler", "-m", "support.nesting_run", *map(str, sizes)]
    each = list(json.loads(python(*arguments, path=(HERE,)).stdout).values())
    for counts in each:
        # Only a filter that is nested too deep is a wrong value.
        assert counts["others"].keys() <= {"value", "InvalidBSON", "RecursionError"}
        assert counts["filters"].keys() <= {"value", "ValueError", "RecursionError"}
    return [dict(Counter(counts["filters"]) + Counter(counts["others"])) for counts in each]


@pytest.mark.unsanitized(reason="a sanitizer's own frames do not fit")
def test_stacks_smaller_than_the_reserve() -> None:
    for counts in outcomes(SMALL):
        assert counts.keys() == {"value", "InvalidBSON", "RecursionError", "ValueError"}
        # What is nested 31 levels deep succeeds, but for a filter.
        assert counts["value"] > 100


def test_larger_stacks_hold_more_levels() -> None:
    each = outcomes(LARGER)
    values = [counts["value"] for counts in each]
    assert values == sorted(values)
    assert values[0] < values[-1]
    assert all(counts["InvalidBSON"] > 0 and counts["RecursionError"] > 0 for counts in each[:-1])
