"""Errors of the decoder: class and message, against the C extension where running it is safe.

It is safe where every length is true and only the content is wrong, or where the top-level
checks refuse the input before anything is read. Elsewhere PyMongo's message stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from support.canonical import Outcome
from support.classes import OwnMutableMapping
from support.guard import guarded
from support.oracle import C
from support.wire_format import document, element, int32, nested, string
from support.wrong_content import CONTENT, OPTIONS

import pymongo_cpp


def same_as_c(data: bytes, codec_options: CodecOptions[Any]) -> Outcome:
    for name in ("decode", "decode_all"):
        ours = guarded(getattr(pymongo_cpp, name), data, codec_options)
        theirs = Outcome(getattr(C, name), data, codec_options)
        assert ours.exact == theirs.exact, (ours, theirs)
    return ours


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("content", CONTENT)
def test_wrong_content(content: str, name: str) -> None:
    body = CONTENT[content]
    for data in (
        document(body),
        document(element(0x10, "a", int32(1)) + body + element(0x0A, "z")),
        document(element(0x03, "d", document(body))),
        document(element(0x04, "a", document(element(0x10, "0", int32(1)) + body))),
        document(element(0x04, "a", document(element(0x03, "0", document(body))))),
        document(element(0x0F, "c", scoped(document(body)))),
    ):
        same_as_c(data, OPTIONS[name])


def scoped(scope: bytes) -> bytes:
    code = string(b"f")
    return int32(4 + len(code) + len(scope)) + code + scope


FRAMES = (
    b"", b"\x05", b"\x05\0\0", b"\x05\0\0\0", bytes(5), int32(4) + b"\0", int32(-1) + b"\0",
    int32(-(2**31)) + b"\0", int32(2**31 - 1) + b"\0", int32(6) + b"\0", int32(5) + b"\1",
    int32(6) + b"\0\1", document() + b"\0", document() * 2 + b"\0\0\0\0", document() * 2,
    int32(5) + b"\0\0", int32(100) + document(), document() + int32(4) + b"\0",
)  # fmt: skip


@pytest.mark.parametrize("data", FRAMES, ids=lambda data: data.hex())
def test_wrong_frames(data: bytes) -> None:
    same_as_c(data, CodecOptions())
    same_as_c(data, CodecOptions(document_class=OwnMutableMapping))
    assert pymongo_cpp.is_valid(data) is C.is_valid(data)


def message_of(call: Callable[[bytes], Any], data: bytes) -> str:
    outcome = guarded(call, data)
    assert type(outcome.error) is InvalidBSON
    return str(outcome.error)


LENGTH_MESSAGE = "invalid length or type code"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (element(0x01, "v", bytes(6)), LENGTH_MESSAGE),
        (element(0x02, "v", int32(0)), LENGTH_MESSAGE),
        (element(0x02, "v", int32(-1) + b"a"), LENGTH_MESSAGE),
        (element(0x02, "v", int32(2**31 - 1) + b"a"), LENGTH_MESSAGE),
        (element(0x02, "v", int32(2) + b"ab"), LENGTH_MESSAGE),
        (element(0x03, "v", int32(4)), LENGTH_MESSAGE),
        (element(0x03, "v", int32(5) + b"\x01"), LENGTH_MESSAGE),
        (element(0x04, "v", int32(4)), LENGTH_MESSAGE),
        (element(0x04, "v", int32(2**31 - 1) + b"\0"), LENGTH_MESSAGE),
        (element(0x05, "v", int32(-1) + b"\0"), LENGTH_MESSAGE),
        (element(0x05, "v", int32(6) + b"\x02" + int32(3) + b"ab"), LENGTH_MESSAGE),
        (element(0x07, "v", bytes(10)), LENGTH_MESSAGE),
        (element(0x0B, "v", b"a\0i"), LENGTH_MESSAGE),
        (element(0x0F, "v", int32(8)), LENGTH_MESSAGE),
        (element(0x10, "v", b"\1\2"), LENGTH_MESSAGE),
        (element(0x12, "v", b"\1\2\3\4\5\6"), LENGTH_MESSAGE),
        (element(0x13, "v", bytes(14)), LENGTH_MESSAGE),
        (b"\x10", "field name too large"),
        (b"\x10key", "field name too large"),
    ],
)
def test_wrong_lengths_give_the_message_of_the_c_extension(body: bytes, message: str) -> None:
    for data in (document(body), document(element(0x03, "d", document(body)))):
        assert message_of(pymongo_cpp.decode, data) == message
        assert message_of(pymongo_cpp.decode_all, data) == message
        assert message_of(lambda d: list(pymongo_cpp.decode_iter(d)), data) == message


def test_unknown_type_names_the_field_that_holds_it() -> None:
    data = document(element(0x03, "outer", document(element(0x1A, "inner"))))
    assert message_of(pymongo_cpp.decode, data) == (
        "Detected unknown BSON type b'\\x1a' for fieldname 'inner'. "
        "Are you using the latest driver version?"
    )


def test_unknown_type_in_an_array_names_the_array() -> None:
    data = document(element(0x04, "list", document(element(0x1A, "0"))))
    same_as_c(data, CodecOptions())
    assert "for fieldname 'list'." in message_of(pymongo_cpp.decode, data)


def test_errors_hold_no_document_contents() -> None:
    secret = b"s3cr3t-value"
    whole = document(element(0x02, "s", string(secret)) + element(0x10, "n", int32(1)))
    for size in range(5, len(whole)):
        cut = int32(size) + whole[4 : size - 1] + b"\0"
        outcome = guarded(pymongo_cpp.decode, cut)
        assert outcome.error is None or secret.decode() not in str(outcome.error)


def test_deep_nesting_says_so_and_leaves_the_interpreter_usable() -> None:
    for kind in (0x03, 0x04):
        data = nested(20_000, kind)
        for _ in range(3):
            assert message_of(pymongo_cpp.decode, data)
            assert pymongo_cpp.decode(document()) == {}


def test_decode_errors_have_no_context_of_the_decoder() -> None:
    with pytest.raises(InvalidBSON) as caught:
        pymongo_cpp.decode(document(CONTENT["invalid UTF-8 in a string"]))
    assert caught.value.__cause__ is None
