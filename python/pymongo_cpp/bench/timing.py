"""Time several implementations of one task fairly.

All sides run in one process and take turns within each repeat, in an order that changes from one
repeat to the next, so that a change of the processor's clock or a neighbour's load meets all of
them. A ratio is the median of the ratios within each repeat. Times are the process's CPU time:
being suspended by the kernel counts for nobody.
"""

from __future__ import annotations

import gc
import math
import os
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

Task = Callable[[], object]
"""One pass over all documents of a measurement."""

drain: Callable[[Iterable[object]], None] = deque[object](maxlen=0).extend
"""Consume an iterator without keeping its items and without a Python frame per item."""


@contextmanager
def pinned() -> Iterator[int | None]:
    """Keep the process on one processor core; yields its number, or None where that cannot be."""
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    allowed = os.sched_getaffinity(0)
    core = max(allowed)
    try:
        os.sched_setaffinity(0, {core})
    except OSError:
        yield None
        return
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)


@contextmanager
def garbage_collection_off() -> Iterator[None]:
    """Collect once, then keep the collector from running within a measurement."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class Measurement:
    """What one side took.

    :param units: documents in one pass
    :param loops: passes in one sample
    :param samples: seconds of CPU time a document, one for each repeat
    """

    units: int
    loops: int
    samples: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        """Seconds a document in the fastest repeat."""
        return min(self.samples)

    @property
    def median(self) -> float:
        """Seconds a document in the middle repeat."""
        return statistics.median(self.samples)


def _seconds(task: Task, loops: int) -> float:
    start = time.process_time_ns()
    for _ in range(loops):
        task()
    return (time.process_time_ns() - start) / 1e9


def calibrate(task: Task, sample_seconds: float) -> int:
    """How many passes fill ``sample_seconds``; at least one. The first pass only warms up."""
    task()
    loops = 1
    while (taken := _seconds(task, loops)) < sample_seconds / 4:
        loops *= 2 if taken <= 0 else max(2, min(16, int(sample_seconds / 3 / taken)))
    return max(1, round(loops * sample_seconds / taken))


def take_turns(
    tasks: Mapping[str, Task],
    units: int,
    *,
    repeats: int = 7,
    sample_seconds: float = 0.01,
) -> dict[str, Measurement]:
    """Measure every task, one after another within each repeat.

    :param tasks: by name; each makes one pass over the same documents
    :param units: how many documents a pass handles
    :param repeats: samples of each task
    :param sample_seconds: about how long one sample lasts
    :returns: by name, in the order given
    """
    with garbage_collection_off():
        results = {
            name: Measurement(units, calibrate(task, sample_seconds))
            for name, task in tasks.items()
        }
        order = list(tasks)
        for repeat in range(repeats):
            start = repeat % len(order)
            for name in order[start:] + order[:start]:
                result = results[name]
                taken = _seconds(tasks[name], result.loops)
                result.samples.append(taken / (result.loops * units))
    return results


def ratio(baseline: Measurement, other: Measurement) -> float:
    """How many times as fast as ``baseline`` the other is: the median over the repeats."""
    pairs = zip(baseline.samples, other.samples, strict=True)
    return statistics.median(base / ours for base, ours in pairs)


def geometric_mean(values: Sequence[float]) -> float:
    """The mean that treats twice as fast and half as fast alike; NaN of nothing."""
    return math.exp(statistics.fmean(map(math.log, values))) if values else math.nan
