"""CPython without a GIL: the codec leaves it off, and threads do not wait for each other."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable

import bson

import pymongo_cpp
from pymongo_cpp.bench.documents import STREAMS

DOCUMENTS = 4_000  # for each thread
ROUNDS = 15


def streams_of_distinct_documents(threads: int) -> list[list[bytes]]:
    documents = [bson.encode(document) for document in STREAMS["orders"].generate(DOCUMENTS)]
    # Each thread has bytes objects of its own, as it would have read them from its own socket.
    return [[bytes(bytearray(document)) for document in documents] for _ in range(threads)]


def seconds(decode: Callable[[bytes], object], streams: list[list[bytes]]) -> float:
    """From when all threads are ready until the last one has decoded its documents."""
    ready = threading.Barrier(len(streams) + 1)

    def work(documents: list[bytes]) -> None:
        ready.wait()
        for document in documents:
            decode(document)

    threads = [threading.Thread(target=work, args=(stream,)) for stream in streams]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def throughput_of_two(decode: Callable[[bytes], object]) -> float:
    """Two threads' throughput as a multiple of one thread's: the median of rounds in turns."""
    first, second = streams_of_distinct_documents(2)
    ratios = []
    for _ in range(ROUNDS):
        alone = seconds(decode, [first])
        together = seconds(decode, [first, second])
        ratios.append(2 * alone / together)
    return statistics.median(ratios)


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
    ours, theirs = throughput_of_two(pymongo_cpp.decode), throughput_of_two(bson.decode)
    print(f"two threads decode {ours:.2f} times as much as one; with PyMongo's C, {theirs:.2f}")
    assert ours >= 1.7
