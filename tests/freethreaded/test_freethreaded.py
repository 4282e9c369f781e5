"""CPython without a GIL: the codec leaves it off, and threads do not wait for each other."""

from __future__ import annotations

import hashlib
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import bson

import pymongo_cpp
from pymongo_cpp.bench.documents import STREAMS

DOCUMENTS = 4_000  # for each thread
ROUNDS = 15

Workload = tuple[Callable[[bytes], object], list[list[bytes]]]
"""What is done with each item of a stream, and two streams."""


def streams_of_distinct_documents(threads: int) -> list[list[bytes]]:
    documents = [bson.encode(document) for document in STREAMS["orders"].generate(DOCUMENTS)]
    # Each thread has bytes objects of its own, as it would have read them from its own socket.
    return [[bytes(bytearray(document)) for document in documents] for _ in range(threads)]


def waited_for_a_core() -> float:
    """Return the seconds that this thread was ready to run while other programs had the cores."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def seconds(work: Callable[[bytes], object], streams: list[list[bytes]]) -> float:
    """Return how long the slower thread takes for its stream, less its waits for a core.

    What it waits for a lock that the other thread holds is not such a wait: it counts.
    """
    ready = threading.Barrier(len(streams))
    taken = []

    def run(stream: list[bytes]) -> None:
        ready.wait()
        waited, start = waited_for_a_core(), time.perf_counter()
        for data in stream:
            work(data)
        taken.append(time.perf_counter() - start - (waited_for_a_core() - waited))

    threads = [threading.Thread(target=run, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(taken)


def throughput_of_two(workloads: dict[str, Workload]) -> dict[str, float]:
    """Return each one's throughput in two threads as a multiple of that in one.

    The median of rounds in which all take turns.
    """
    ratios: dict[str, list[float]] = {name: [] for name in workloads}
    for _ in range(ROUNDS):
        for name, (work, streams) in workloads.items():
            alone = seconds(work, streams[:1])
            together = seconds(work, streams)
            ratios[name].append(2 * alone / together)
    return {name: statistics.median(values) for name, values in ratios.items()}


def test_importing_the_codec_leaves_the_gil_off() -> None:
    assert not sys._is_gil_enabled()
    assert pymongo_cpp.decode(pymongo_cpp.encode({"a": 1})) == {"a": 1}
    assert not sys._is_gil_enabled()


def test_each_thread_has_caches_of_its_own() -> None:
    data = pymongo_cpp.encode({"a key that is only here": 1})
    keys: list[str] = []

    def decode() -> None:
        once, again = (next(iter(pymongo_cpp.decode(data))) for _ in range(2))
        assert once is again
        keys.append(once)

    for _ in range(2):
        thread = threading.Thread(target=decode)
        thread.start()
        thread.join()
    assert keys[0] == keys[1]
    assert keys[0] is not keys[1]


def test_many_short_threads_leave_nothing_behind() -> None:
    data = bson.encode(next(iter(STREAMS["orders"].generate(1))))

    def blocks_after(threads: int) -> int:
        for _ in range(threads):
            thread = threading.Thread(target=pymongo_cpp.decode, args=(data,))
            thread.start()
            thread.join()
        return sys.getallocatedblocks()

    settled = blocks_after(50)
    assert blocks_after(200) - settled < 500


def test_two_threads_decode_as_fast_as_two() -> None:
    """At least 1.7 times on two free cores, on which two threads that share nothing do 2 times."""
    documents = streams_of_distinct_documents(2)
    # What the machine gives two threads that share nothing: a hash of blocks of their own.
    blocks = [[bytes([fill]) * 100_000] * 300 for fill in range(2)]
    reached = throughput_of_two(
        {
            "ours": (pymongo_cpp.decode, documents),
            "theirs": (bson.decode, documents),
            "control": (hashlib.sha256, blocks),
        }
    )
    print(
        f"two threads decode {reached['ours']:.2f} times as much as one; with PyMongo's C, "
        f"{reached['theirs']:.2f}; two threads that share nothing do {reached['control']:.2f} times"
    )
    assert reached["control"] > 1.5, "two cores are not to be had: this says nothing of the codec"
    assert reached["ours"] >= 1.7 / 2 * reached["control"]
