"""Threads that share and change documents, and forks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.son import SON
from support.canonical import Outcome, canonical
from support.malformed import SAMPLE
from support.oracle import C

import pymongo_cpp

SECONDS = 0.7


@pytest.fixture(autouse=True)
def quick_switching() -> Any:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def run_together(workers: list[Callable[[], None]]) -> list[BaseException]:
    """Run each worker again and again in a thread of its own; return what they raised."""
    stop, failures = threading.Event(), []

    def loop(worker: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                worker()
        except BaseException as error:
            failures.append(error)
            stop.set()

    threads = [threading.Thread(target=loop, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    stop.wait(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    return failures


def test_many_threads_on_the_same_objects() -> None:
    fields = C.decode(SAMPLE)
    options: CodecOptions[Any] = CodecOptions(document_class=SON)
    expected, ordered = canonical(fields), canonical(C.decode(SAMPLE, options))
    data = C.encode(fields)

    def decode() -> None:
        assert canonical(pymongo_cpp.decode(SAMPLE)) == expected

    def decode_ordered() -> None:
        assert canonical(pymongo_cpp.decode(SAMPLE, options)) == ordered

    def decode_streams() -> None:
        assert canonical(list(pymongo_cpp.decode_iter(SAMPLE * 3))) == canonical([fields] * 3)

    def encode() -> None:
        assert pymongo_cpp.encode(fields) == data

    assert run_together([decode, decode, decode_ordered, decode_streams, encode, encode]) == []


def test_a_document_that_other_threads_change() -> None:
    inner: dict[str, Any] = {"x": 1}
    items: list[Any] = [1, {"y": 2}]
    shared: dict[str, Any] = {"d": inner, "l": items, "s": "text"}

    def change() -> None:
        for number in range(50):
            inner[f"k{number}"] = [number]
            items.append({"n": number})
            shared[f"f{number}"] = "v" * number
        inner.clear()
        del items[2:]
        for number in range(50):
            shared.pop(f"f{number}", None)

    def encode() -> None:
        outcome = Outcome(pymongo_cpp.encode, shared)
        if outcome.error is not None:
            assert "changed" in str(outcome.error)
            return
        decoded = C.decode(outcome.value)
        assert decoded["s"] == "text"
        assert all(value == [int(key[1:])] for key, value in decoded["d"].items() if key != "x")

    assert run_together([change, change, encode, encode]) == []


def test_a_buffer_that_another_thread_writes_to() -> None:
    buffer = bytearray(SAMPLE)

    def write() -> None:
        for at in range(4, len(SAMPLE)):
            buffer[at] ^= 0xFF
            buffer[at] = SAMPLE[at]

    def decode() -> None:
        outcome = Outcome(pymongo_cpp.decode, buffer)
        assert outcome.error is None or type(outcome.error) is InvalidBSON

    assert run_together([write, decode, decode]) == []


@pytest.mark.parametrize("view", [False, True])
def test_many_threads_decode_one_buffer(view: bool) -> None:
    """All that they took of it is given back: it can be resized again."""
    buffer = bytearray(SAMPLE)
    shown = memoryview(buffer) if view else buffer
    expected = canonical(C.decode(SAMPLE))

    def decode() -> None:
        for _ in range(100):
            decoded = pymongo_cpp.decode(shown)
        assert canonical(decoded) == expected

    assert run_together([decode] * 4) == []
    if view:
        shown.release()
    buffer.append(0)


def test_one_iterator_in_many_threads() -> None:
    seen: list[Any] = []
    iterator = pymongo_cpp.decode_iter(b"".join(C.encode({"n": n}) for n in range(3000)))

    def take() -> None:
        for fields in iterator:
            seen.append(fields["n"])

    assert run_together([take, take, take]) == []
    assert set(seen) == set(range(3000))


def test_a_fork_in_the_middle_of_the_work() -> None:
    def work() -> None:
        pymongo_cpp.encode(pymongo_cpp.decode(SAMPLE))

    def fork() -> None:
        child = os.fork()
        if child == 0:
            good = pymongo_cpp.decode(SAMPLE) == C.decode(SAMPLE)
            os._exit(0 if good and pymongo_cpp.encode({"a": 1}) == C.encode({"a": 1}) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    if sys.version_info >= (3, 12):
        with pytest.warns(DeprecationWarning, match="multi-threaded"):
            assert run_together([work, fork]) == []
    else:
        assert run_together([work, fork]) == []
