"""Arguments of every kind, right and wrong: what they give is what `bson` gives."""

from __future__ import annotations

import array
import ctypes
import inspect
import mmap
from collections.abc import Callable
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from support.canonical import Outcome
from support.oracle import C
from support.wire_format import document, element, int32, string

import pymongo_cpp

DATA = document(element(0x02, "s", string(b"text")) + element(0x05, "b", int32(2) + b"\0ab"))
RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
FUNCTIONS = ("encode", "decode", "decode_all", "decode_iter", "decode_file_iter", "is_valid")
NOT_OPTIONS = (0, 1, "", "options", (), (dict,), {}, [], object(), CodecOptions, b"", 0.0, False)


def same(call: Callable[[Any], Any]) -> Outcome:
    ours, theirs = Outcome(call, pymongo_cpp), Outcome(call, C)
    assert ours.exact == theirs.exact, (ours, theirs)
    return ours


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures(name: str) -> None:
    ours = inspect.signature(getattr(pymongo_cpp, name)).parameters.values()
    theirs = inspect.signature(getattr(C, name)).parameters.values()
    assert [(p.name, p.kind) for p in ours] == [(p.name, p.kind) for p in theirs]
    # The text of a C signature cannot spell the default CodecOptions: it says None.
    assert [p.default for p in ours] == [
        None if isinstance(p.default, CodecOptions) else p.default for p in theirs
    ]
    assert getattr(pymongo_cpp, name).__doc__


def test_keyword_arguments() -> None:
    options = CodecOptions(tz_aware=True)
    for module in (pymongo_cpp, C):
        assert module.encode(document={"a": 1}, check_keys=True, codec_options=options)
        assert module.decode(data=DATA, codec_options=options) == {"s": "text", "b": b"ab"}
        assert module.decode_all(data=DATA, codec_options=options)
        assert list(module.decode_iter(data=DATA, codec_options=options))
        assert module.is_valid(bson=DATA) is True


@pytest.mark.parametrize("wrong", NOT_OPTIONS, ids=repr)
def test_codec_options_of_the_wrong_type(wrong: Any) -> None:
    same(lambda m: m.encode({}, False, wrong))
    same(lambda m: m.encode({}, codec_options=wrong))
    same(lambda m: m.decode(DATA, wrong))
    same(lambda m: m.decode_all(DATA, codec_options=wrong))
    same(lambda m: list(m.decode_iter(DATA, wrong)))


def test_encode_refuses_none_as_options() -> None:
    outcome = same(lambda m: m.encode({}, False, None))
    assert isinstance(outcome.error, TypeError)
    assert str(outcome.error) == "codec_options must be an instance of CodecOptions"


@pytest.mark.parametrize(
    "check_keys", [True, False, 0, 1, 2, 255, 256, -1, None, "yes", 1.0, 2**70], ids=repr
)
def test_check_keys_of_every_kind(check_keys: Any) -> None:
    for fields in ({"a": 1}, {"$a": 1}):
        same(lambda m, fields=fields: m.encode(fields, check_keys))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_numbers_of_arguments(name: str) -> None:
    function = getattr(pymongo_cpp, name)
    if inspect.isgeneratorfunction(getattr(C, name)):
        function = lambda *args, **kwargs: list(getattr(pymongo_cpp, name)(*args, **kwargs))  # noqa: E731
    for args, kwargs in (((), {}), ((1, 2, 3, 4), {}), ((DATA,), {"no_such": 1})):
        with pytest.raises(TypeError):
            function(*args, **kwargs)
    with pytest.raises(TypeError):
        function(DATA, data=DATA, document=DATA, bson=DATA, file_obj=DATA)


def shared_memory(data: bytes) -> mmap.mmap:
    area = mmap.mmap(-1, len(data))
    area.write(data)
    return area


def released(data: bytes) -> memoryview:
    view = memoryview(data)
    view.release()
    return view


class Exporter(bytearray):
    """A subclass, which the exact-type paths must not mistake."""


class BytesLike(bytes):
    pass


BUFFERS: dict[str, Callable[[bytes], Any]] = {
    "bytes": bytes,
    "bytes subclass": BytesLike,
    "bytearray": bytearray,
    "bytearray subclass": Exporter,
    "memoryview": memoryview,
    "memoryview of a bytearray": lambda d: memoryview(bytearray(d)),
    "slice of a memoryview": lambda d: memoryview(b"xx" + d + b"y")[2:-1],
    "mmap": shared_memory,
    "array of bytes": lambda d: array.array("B", d),
    "array of signed bytes": lambda d: array.array("b", d),
    "ctypes array": lambda d: (ctypes.c_ubyte * len(d)).from_buffer_copy(d),
    "array of ints": lambda d: array.array("i", d + bytes(-len(d) % 4)),
    "memoryview of ints": lambda d: memoryview(d + bytes(-len(d) % 4)).cast("i"),
    "two-dimensional memoryview": lambda d: memoryview(d + bytes(len(d) % 2)).cast(
        "B", (2, (len(d) + 1) // 2)
    ),
    "non-contiguous memoryview": lambda d: memoryview(bytes(b for c in d for b in (c, 0)))[::2],
    "reversed memoryview": lambda d: memoryview(d[::-1])[::-1],
    "released memoryview": released,
    "empty bytearray": lambda d: bytearray(),
    "empty memoryview": lambda d: memoryview(b""),
    "text": lambda d: d.decode("latin-1"),
    "None": lambda d: None,
    "list": list,
    "int": lambda d: 5,
    "document": lambda d: {},
}

NOT_SLICED_ALIKE = ("ctypes array", "two-dimensional memoryview")


@pytest.mark.parametrize("kind", BUFFERS)
@pytest.mark.parametrize("size", [0, 5000])
def test_buffers_of_every_kind(kind: str, size: int) -> None:
    make = BUFFERS[kind]
    data = document(DATA[4:-1] + element(0x02, "l", string(b"x" * size)))
    for options in (None, CodecOptions(), CodecOptions(document_class=dict, tz_aware=True), RAW):
        same(lambda m, options=options: m.decode(make(data), options))
        same(lambda m, options=options: m.decode_all(make(data), options))
        same(lambda m, options=options: m.decode_all(make(data * 3), options))
        if kind not in NOT_SLICED_ALIKE:
            same(lambda m, options=options: list(m.decode_iter(make(data), options)))
    same(lambda m: m.is_valid(make(data)))


@pytest.mark.parametrize("kind", NOT_SLICED_ALIKE)
def test_decode_iter_of_what_bson_cannot_slice(kind: str) -> None:
    """`bson` slices the object itself; here any buffer will do."""
    outcome = Outcome(lambda: list(pymongo_cpp.decode_iter(BUFFERS[kind](DATA))))
    assert outcome.error is None


def test_values_do_not_share_memory_with_a_mutable_buffer() -> None:
    buffer = bytearray(DATA)
    decoded = pymongo_cpp.decode(buffer)
    raw = pymongo_cpp.decode(buffer, RAW)
    buffer[:] = bytes(len(buffer))
    assert decoded == {"s": "text", "b": b"ab"}
    assert raw.raw == DATA


def test_the_buffer_is_free_again_after_the_call() -> None:
    for data in (DATA, DATA[:-3]):
        buffer = bytearray(data)
        Outcome(pymongo_cpp.decode, buffer)
        Outcome(pymongo_cpp.decode_all, buffer)
        Outcome(pymongo_cpp.decode, buffer, RAW)
        buffer.append(1)
        buffer.clear()


def test_is_valid_takes_bytes_only() -> None:
    for value in (bytearray(DATA), memoryview(DATA), "text", None, 1):
        outcome = same(lambda m, value=value: m.is_valid(value))
        assert isinstance(outcome.error, TypeError)
    assert pymongo_cpp.is_valid(BytesLike(DATA)) is True
    assert pymongo_cpp.is_valid(b"") is False
