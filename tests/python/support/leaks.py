"""Measures what a call leaves behind: Python's blocks, the C heap, and reference counts."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

_ROUNDS = {"long": 100_000, "sanitized": 100}
_GROUP_ROUNDS = {"long": 100_000, "sanitized": 20}
"""By the profile of the tests."""


class _MallocInfo(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and later."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd",
            "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    )  # fmt: skip


class Usage(NamedTuple):
    """Blocks of Python's allocator, bytes of the C heap, and the sum of reference counts.

    A debug CPython counts the references to all objects, others those to the tracked ones.
    """

    blocks: int
    heap: int
    references: int


def _heap_bytes() -> int:
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return 0
    mallinfo2.restype = _MallocInfo
    info = mallinfo2()
    return int(info.uordblks) + int(info.hblkhd)


def usage(tracked: Sequence[Any]) -> Usage:
    """Return what is in use now, with the reference counts of `tracked` added up."""
    references = getattr(sys, "gettotalrefcount", int)()
    for item in tracked:
        references += sys.getrefcount(item)
    return Usage(sys.getallocatedblocks(), _heap_bytes(), references)


def _profile() -> str:
    return os.environ.get("PYMONGO_CPP_TEST_PROFILE", "default")


def rounds() -> int:
    """Return how often a path is repeated: 100,000 times in the long profile.

    Under the sanitizers it is theirs to see leaks.
    """
    return _ROUNDS.get(_profile(), 500)


def group_rounds() -> int:
    """Return how often each of a group of many paths is repeated, as of `rounds()`.

    Below 80 rounds the noise of the interpreter, up to 20 blocks, would hide a leak of one block
    for each call.
    """
    return _GROUP_ROUNDS.get(_profile(), 100)


def growth(call: Callable[[], Any], tracked: Sequence[Any], count: int) -> Usage:
    """Return the least growth seen over `count` calls, in three attempts after a warm-up.

    What is not a leak (a cache that fills, a free list, a table that doubles) comes once and is
    gone by the second attempt; a leak comes in each.
    """
    for _ in range(max(3, count // 10)):
        call()
    least: Usage | None = None
    for _ in range(3):
        gc.collect()
        before = usage(tracked)
        for _ in range(count):
            call()
        gc.collect()
        after = usage(tracked)
        now = Usage(*(b - a for a, b in zip(before, after, strict=True)))
        least = now if least is None else Usage(*map(min, least, now))
        if is_stable(least, count):
            break
    assert least is not None
    return least


def is_stable(grown: Usage, count: int) -> bool:
    """True when less was left behind than one block or reference in two calls."""
    return grown.blocks < count // 2 and grown.heap < 8 * count and grown.references < count // 2


def assert_stable(
    calls: Sequence[tuple[str, Callable[[], Any]]], tracked: Sequence[Any], count: int
) -> None:
    """Repeat all `calls` together `count` times; on growth, find and name those that leak.

    :raises AssertionError: with the names of the leaking calls and what each leaves behind.
    """

    def everything() -> None:
        for _, call in calls:
            call()

    together = growth(everything, tracked, count)
    if is_stable(together, count):
        return
    leaking = [name for name, call in calls if _leaves_something(call, tracked)]
    raise AssertionError(f"{together} over {count} rounds; by call: {leaking[:20]}")


def _leaves_something(call: Callable[[], Any], tracked: Sequence[Any]) -> bool:
    # Without a collection, which costs more than the calls: this only names a culprit.
    before = usage(tracked)
    for _ in range(100):
        call()
    after = usage(tracked)
    return not is_stable(Usage(*(b - a for a, b in zip(before, after, strict=True))), 100)
