"""Programs that change or drop the input of a decoder from within its callbacks."""

from __future__ import annotations

import gc
import mmap
from typing import Any

from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.errors import InvalidBSON
from support.canonical import Outcome
from support.oracle import C

import pymongo_cpp


class Resizing(dict):
    """A document class that tries to change the buffer under the decoder."""

    buffer: Any = None
    refused = 0

    def __setitem__(self, key: str, value: Any) -> None:
        for change in (lambda b: b.clear(), lambda b: b.extend(bytes(10**6)), lambda b: b.pop()):
            try:
                change(type(self).buffer)
            except BufferError:
                type(self).refused += 1
        super().__setitem__(key, value)


def test_a_bytearray_cannot_be_resized_under_the_decoder() -> None:
    data = C.encode({"a": "x" * 50, "b": {"c": [1, "y"]}, "d": b"z"})
    options: CodecOptions[Any] = CodecOptions(document_class=Resizing)
    for call in (pymongo_cpp.decode, pymongo_cpp.decode_all):
        Resizing.buffer, Resizing.refused = bytearray(data), 0
        decoded = call(Resizing.buffer, options)
        assert (decoded if isinstance(decoded, dict) else decoded[0]) == C.decode(data)
        assert Resizing.refused == 3 * 4
        Resizing.buffer.clear()


class Closing(dict):
    target: Any = None
    errors = 0

    def __setitem__(self, key: str, value: Any) -> None:
        try:
            target = type(self).target
            target.release() if isinstance(target, memoryview) else target.close()
        except (BufferError, ValueError):
            type(self).errors += 1
        super().__setitem__(key, value)


def test_maps_and_views_closed_under_the_decoder() -> None:
    data = C.encode({"a": "x" * 50, "b": {"c": [1, "y"]}})
    area = mmap.mmap(-1, len(data))
    area.write(data)
    options: CodecOptions[Any] = CodecOptions(document_class=Closing)
    for target in (area, memoryview(bytearray(data))):
        Closing.target, Closing.errors = target, 0
        assert pymongo_cpp.decode(target, options) == C.decode(data)
        assert Closing.errors == 3


class Overwriting(dict):
    buffer: Any = None
    fill = 0

    def __setitem__(self, key: str, value: Any) -> None:
        cls = type(self)
        cls.buffer[4:] = bytes([cls.fill]) * (len(cls.buffer) - 4)
        super().__setitem__(key, value)


def test_a_buffer_overwritten_under_the_decoder() -> None:
    data = C.encode({"a": [1, {"s": "x" * 20}], "b": {"c": {"d": 1}}, "e": b"abc" * 9})
    options: CodecOptions[Any] = CodecOptions(document_class=Overwriting)
    for fill in range(256):
        for buffer in (bytearray(data), mmap.mmap(-1, len(data))):
            buffer[:] = data
            Overwriting.buffer, Overwriting.fill = buffer, fill
            outcome = Outcome(pymongo_cpp.decode, buffer, options)
            assert outcome.error is None or type(outcome.error) is InvalidBSON


class ReleasingDecoder(TypeDecoder):
    bson_type = str

    def __init__(self, holder: list[Any]) -> None:
        self.holder = holder

    def transform_bson(self, value: Any) -> Any:
        self.holder.clear()
        gc.collect()
        return [value, bytearray(10_000)]


def test_the_only_reference_to_the_input_dies_under_the_decoder() -> None:
    expected = {"a": "x" * 30, "b": ["y" * 40, "z"]}
    holder: list[Any] = []
    options: CodecOptions[Any] = CodecOptions(
        type_registry=TypeRegistry([ReleasingDecoder(holder)])
    )
    for make in (bytes, bytearray, lambda d: memoryview(bytearray(d))):
        holder[:] = [make(C.encode(expected))]
        decoded = pymongo_cpp.decode(*holder, options)
        assert decoded["a"][0] == expected["a"]
        assert [item[0] for item in decoded["b"]] == expected["b"]


class Interrupting(TypeDecoder):
    bson_type = int

    def transform_bson(self, value: Any) -> Any:
        # A second decode in the middle of the first uses the same caches.
        assert pymongo_cpp.decode(C.encode({"k": "v", "n": {"k": 2.5}})) == {
            "k": "v",
            "n": {"k": 2.5},
        }
        assert pymongo_cpp.encode({"k": [1, 2]}) == C.encode({"k": [1, 2]})
        return -value


def test_the_codec_called_from_its_own_callbacks() -> None:
    options: CodecOptions[Any] = CodecOptions(type_registry=TypeRegistry([Interrupting()]))
    data = C.encode({"k": 1, "n": {"k": 2, "l": [3, {"k": 4}]}})
    assert pymongo_cpp.decode(data, options) == {"k": -1, "n": {"k": -2, "l": [-3, {"k": -4}]}}

    def fallback(value: Any) -> Any:
        return pymongo_cpp.encode({"inner": [1, {"x": "y"}]})

    encoder: CodecOptions[Any] = CodecOptions(type_registry=TypeRegistry(fallback_encoder=fallback))
    again = pymongo_cpp.encode({"v": [object(), object()]}, codec_options=encoder)
    assert C.decode(again)["v"] == [C.encode({"inner": [1, {"x": "y"}]})] * 2


class Crowding(dict):
    """A document class that pushes other keys out of the cache of keys under the decoder."""

    rounds = 0

    def __setitem__(self, key: str, value: Any) -> None:
        cls = type(self)
        cls.rounds += 1
        crowd = {f"crowd {cls.rounds} {i}": i for i in range(100)}
        assert pymongo_cpp.decode(C.encode(crowd)) == crowd
        super().__setitem__(key, value)


def test_keys_pushed_out_of_the_cache_under_the_decoder() -> None:
    options: CodecOptions[Any] = CodecOptions(document_class=Crowding)
    Crowding.rounds = 0
    for number in range(300):
        data = C.encode({f"outer {number}": {f"inner {number}": {f"innermost {number}": 1}}})
        # The cache alone keeps the keys of what has been dropped.
        pymongo_cpp.decode(data)
        assert repr(pymongo_cpp.decode(data, options)) == repr(C.decode(data))
        assert pymongo_cpp.decode_all(data * 2, options) == [C.decode(data)] * 2
    assert Crowding.rounds == 300 * 3 * 3
