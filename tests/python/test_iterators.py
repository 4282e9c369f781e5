"""`decode_iter` and `decode_file_iter`: lazy generators that behave as those of `bson`."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.son import SON
from support.canonical import canonical
from support.guard import at_the_guards
from support.oracle import C
from support.wire_format import document, element, int32

import pymongo_cpp

DOCUMENTS = [{"n": number, "s": "x" * number} for number in range(4)]
PARTS = [C.encode(fields) for fields in DOCUMENTS]
STREAM = b"".join(PARTS)


def steps(make: Callable[[], Any], limit: int = 10) -> list[Any]:
    """Return what each `next` gives, to the first error or end and once beyond it."""
    try:
        iterator = iter(make())
    except Exception as error:
        return [("at once", type(error), str(error))]
    seen: list[Any] = []
    beyond = 0
    while len(seen) < limit and beyond < 2:
        try:
            seen.append(canonical(next(iterator)))
        except StopIteration:
            seen.append("end")
            beyond += 1
        except Exception as error:
            seen.append((type(error), str(error)))
            beyond += 1
    return seen


def same(call: Callable[[Any], Any]) -> list[Any]:
    ours = steps(lambda: call(pymongo_cpp))
    assert ours == steps(lambda: call(C))
    return ours


def same_at_the_guards(data: bytes) -> list[Any]:
    """Return the steps of `decode_iter`, the same as the C extension's and wherever `data` lies."""
    seen = same(lambda m: m.decode_iter(data))
    for view in at_the_guards(data):
        assert steps(lambda v=view: pymongo_cpp.decode_iter(v)) == seen
    return seen


def test_all_documents_in_order() -> None:
    assert list(pymongo_cpp.decode_iter(STREAM)) == DOCUMENTS
    assert list(pymongo_cpp.decode_file_iter(io.BytesIO(STREAM))) == DOCUMENTS
    assert list(pymongo_cpp.decode_iter(b"")) == []
    assert list(pymongo_cpp.decode_file_iter(io.BytesIO())) == []


def test_options_are_used() -> None:
    options: CodecOptions[Any] = CodecOptions(document_class=SON)
    for iterator in (
        pymongo_cpp.decode_iter(STREAM, options),
        pymongo_cpp.decode_file_iter(io.BytesIO(STREAM), options),
    ):
        assert {type(fields) for fields in iterator} == {SON}


def test_they_are_iterators_that_can_be_closed() -> None:
    for iterator in (pymongo_cpp.decode_iter(STREAM), pymongo_cpp.decode_file_iter(io.BytesIO())):
        assert iter(iterator) is iterator
        iterator.close()
        iterator.close()
        assert list(iterator) == []


def test_nothing_is_checked_before_the_first_next() -> None:
    wrong: Any = "no options"
    iterator = pymongo_cpp.decode_iter(STREAM, wrong)
    with pytest.raises(TypeError, match="codec_options must be an instance of CodecOptions"):
        next(iterator)
    assert list(iterator) == []
    pymongo_cpp.decode_iter(None)
    pymongo_cpp.decode_file_iter(None)


@pytest.mark.parametrize("tail", range(8))
@pytest.mark.parametrize("fill", [b"\x00", b"\x05", b"\xff"])
def test_bytes_after_the_last_document(tail: int, fill: bytes) -> None:
    seen = same_at_the_guards(STREAM + fill * tail)
    same(lambda m: m.decode_file_iter(io.BytesIO(STREAM + fill * tail)))
    if tail == 1:  # One byte is not looked at, as `bson` does not look at it.
        assert seen[len(DOCUMENTS) :] == ["end", "end"]


@pytest.mark.parametrize("size", range(len(PARTS[1])))
def test_a_document_cut_short(size: int) -> None:
    data = PARTS[0] + PARTS[1][:size]
    same_at_the_guards(data)
    same(lambda m: m.decode_file_iter(io.BytesIO(data)))


@pytest.mark.parametrize("length", [0, 4, 5, 6, 100, 2**31 - 1])
def test_lengths_that_lie(length: int) -> None:
    data = PARTS[0] + struct.pack("<i", length) + PARTS[1][4:] + PARTS[2]
    same_at_the_guards(data)
    same(lambda m: m.decode_file_iter(io.BytesIO(data)))


def test_a_negative_length_ends_the_iteration_with_an_error() -> None:
    for length in (-1, -5, -(2**31)):
        data = PARTS[0] + struct.pack("<i", length) + b"\x00"
        iterator = pymongo_cpp.decode_file_iter(io.BytesIO(data))
        assert next(iterator) == DOCUMENTS[0]
        with pytest.raises(InvalidBSON):
            next(iterator)
        assert list(iterator) == []


def test_an_error_ends_the_iteration() -> None:
    broken = document(element(0x08, "v", b"\x02"))
    seen = same_at_the_guards(PARTS[0] + broken + PARTS[1])
    assert seen[1][0] is InvalidBSON
    assert seen[2] == "end"
    same(lambda m: m.decode_file_iter(io.BytesIO(PARTS[0] + broken + PARTS[1])))


def test_documents_are_decoded_when_asked_for() -> None:
    iterator = pymongo_cpp.decode_iter(PARTS[0] + b"\x08\0\0\0broken")
    assert next(iterator) == DOCUMENTS[0]


def test_the_file_stands_after_the_last_document_read() -> None:
    file = io.BytesIO(STREAM)
    iterator = pymongo_cpp.decode_file_iter(file)
    position = 0
    for part in PARTS:
        next(iterator)
        position += len(part)
        assert file.tell() == position


class Recorder:
    """A file that records the sizes it is asked for and may answer with less."""

    def __init__(self, data: bytes, most: int = 2**31) -> None:
        self.file, self.most, self.asked = io.BytesIO(data), most, []

    def read(self, size: int = -1) -> bytes:
        self.asked.append(size)
        return self.file.read(min(size, self.most))


@pytest.mark.parametrize("most", [1, 3, 4, 5, 7, 2**31])
def test_reads_are_those_of_bson(most: int) -> None:
    ours, theirs = Recorder(STREAM, most), Recorder(STREAM, most)
    assert steps(lambda: pymongo_cpp.decode_file_iter(ours)) == steps(
        lambda: C.decode_file_iter(theirs)
    )
    assert ours.asked == theirs.asked


class Failing:
    def __init__(self, answers: list[Any]) -> None:
        self.answers = list(answers)

    def read(self, size: int) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.mark.parametrize(
    "answers",
    [
        [OSError("no disk")],
        [int32(5), OSError("no disk")],
        [int32(5), b"\x00", OSError("later")],
        [None],
        ["text"],
        ["abcd", "e"],
        [int32(5), None],
        [int32(5), "\x00"],
        [bytearray(int32(5)), bytearray(1), b""],
        [int32(5), memoryview(b"\x00"), b""],
        [b"\x05\0\0\0\0", b"", b""],
    ],
    ids=repr,
)
def test_files_that_answer_otherwise(answers: list[Any]) -> None:
    same(lambda m: m.decode_file_iter(Failing(answers)))


def test_objects_that_are_no_files() -> None:
    for value in (None, 1, b"bytes", [], object()):
        same(lambda m, value=value: m.decode_file_iter(value))
    for value in (None, 1, object()):
        with pytest.raises(TypeError):
            next(pymongo_cpp.decode_iter(value))


def test_buffers_for_decode_iter() -> None:
    for make in (bytearray, memoryview, lambda d: memoryview(bytearray(d))):
        same(lambda m, make=make: m.decode_iter(make(STREAM)))


def test_a_buffer_that_shrinks_between_documents() -> None:
    def shrinking(module: Any) -> Any:
        buffer = bytearray(STREAM)
        iterator = module.decode_iter(buffer)
        yield next(iterator)
        del buffer[len(PARTS[0]) + 2 :]
        yield from iterator

    same(shrinking)
