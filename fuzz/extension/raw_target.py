"""The functions that take the place of `bson._cbson`'s, with any positions."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument
from support.canonical import Outcome
from support.oracle import PURE

from fuzz.extension.harness import (
    DisagreementError,
    fuzz,
    require_error,
    require_same,
    take_options,
)
from pymongo_cpp import _native

RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)


def target(data: bytes) -> None:
    steering, data = data[-9:], data[:-9]
    steering, options = take_options(steering.ljust(9, b"\x00"))
    position, end = struct.unpack("<ii", steering)
    whole_documents(data, options)
    for choice in (options, RAW):
        elements(data, choice)
        any_positions(data, position, end, choice)
    array(data)


def array(data: bytes) -> None:
    ours = Outcome(_native._array_of_documents_to_buffer, data)
    require_error("_array_of_documents_to_buffer", ours, InvalidBSON)
    if ours.error is not None:
        # The C extension, which is followed, asks for more: that each element is a document.
        # Pure Python may not end on what is none.
        return
    pure = Outcome(PURE._array_of_documents_to_buffer, data)
    if ours.exact == pure.exact:
        return
    # Pure Python looks at the last byte of each document, and the C extension does not.
    if pure.error is None or all(document[-1] == 0 for document in documents_in(ours.value)):
        raise DisagreementError(f"array to buffer: {ours!r}, {pure!r}")


def documents_in(stream: bytes) -> Iterator[bytes]:
    while stream:
        (size,) = struct.unpack_from("<i", stream)
        yield stream[:size]
        stream = stream[size:]


def whole_documents(data: bytes, options: CodecOptions[Any]) -> None:
    for name in ("_bson_to_dict", "_decode_all"):
        for choice in (options, RAW):
            ours = Outcome(getattr(_native, name), data, choice)
            require_error(name, ours, InvalidBSON)
            require_same(name, ours, Outcome(getattr(PURE, name), data, choice))


def elements(data: bytes, options: CodecOptions[Any]) -> None:
    """As PyMongo calls them: on a document whose frame has been checked.

    Pure Python slices a raw array by its length without asking whether that is one: it may be
    below five, or lead backwards. So what is refused with raw arrays has to be refused without.
    """
    if Outcome(PURE._bson_to_dict, data, RAW).error is not None:
        return
    end = len(data) - 1
    for raw_array in (False, True):
        ours = Outcome(_native._raw_to_dict, data, 4, end, options, {}, raw_array)
        require_error("_raw_to_dict", ours, InvalidBSON)
        as_raw = raw_array and ours.error is None
        pure = Outcome(PURE._raw_to_dict, data, 4, end, options, {}, as_raw)
        require_same_value("_raw_to_dict", ours, pure)
        if end > 4:
            one_element(data, end, options, raw_array)


def one_element(data: bytes, end: int, options: CodecOptions[Any], raw_array: bool) -> None:
    ours = Outcome(_native._element_to_dict, data, 4, end, options, raw_array)
    require_error("_element_to_dict", ours, InvalidBSON)
    as_raw = raw_array and ours.error is None
    pure = Outcome(PURE._element_to_dict, data, memoryview(data), 4, end, options, as_raw)
    if pure.error is None and pure.value[2] > end:
        # Pure Python leaves it to its caller to notice an element that passes its document's end.
        if ours.error is None:
            raise DisagreementError(f"_element_to_dict passed the end: {ours!r}")
        return
    require_same_value("_element_to_dict", ours, pure)


def require_same_value(what: str, ours: Outcome, pure: Outcome) -> None:
    """Compare, where pure Python lets the errors of struct, of indexing and of codecs through."""
    if pure.error is None or ours.error is None:
        require_same(what, ours, pure)


def any_positions(data: bytes, position: int, end: int, options: CodecOptions[Any]) -> None:
    """What no caller should ask for gives a value or an error."""
    for first, last in ((position, end), (position % (len(data) + 1), end % (len(data) + 2))):
        for raw_array in (False, True):
            for outcome in (
                Outcome(_native._raw_to_dict, data, first, last, options, {}, raw_array),
                Outcome(_native._element_to_dict, data, first, last, options, raw_array),
            ):
                require_error("positions", outcome, InvalidBSON, ValueError, OverflowError)


if __name__ == "__main__":
    fuzz(target)
