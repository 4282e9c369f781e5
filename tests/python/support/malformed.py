"""Malformed BSON: named documents, each wrong in one way, and strategies that break good ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp
from hypothesis import strategies as st

from support.oracle import C
from support.wire_format import document, element, int32, int64, nested, string

LENGTHS = (
    -(2**31), -(2**31) + 1, -5, -4, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 255, 2**16,
    2**31 - 17, 2**31 - 13, 2**31 - 5, 2**31 - 4, 2**31 - 1,
)  # fmt: skip
OID = bytes(range(12))

# Each type's payload, whole: cutting it anywhere leaves a value that its length does not cover.
PAYLOADS: dict[int, bytes] = {
    0x01: b"\x00" * 7 + b"\x40",
    0x02: string(b"text"),
    0x03: document(element(0x10, "x", int32(1))),
    0x04: document(element(0x10, "0", int32(1)) + element(0x02, "1", string(b"s"))),
    0x05: int32(4) + b"\x00" + b"data",
    0x06: b"",
    0x07: OID,
    0x08: b"\x01",
    0x09: int64(1_600_000_000_000),
    0x0A: b"",
    0x0B: b"pattern\x00ims\x00",
    0x0C: string(b"coll") + OID,
    0x0D: string(b"code()"),
    0x0E: string(b"symbol"),
    0x0F: int32(35) + string(b"code()") + document(element(0x10, "x", int32(1))) + b"",
    0x10: int32(7),
    0x11: int64(2**33 + 5),
    0x12: int64(2**40),
    0x13: bytes(16),
    0x7F: b"",
    0xFF: b"",
}
PAYLOADS[0x0F] = int32(8 + len(b"code()\x00") + 12) + string(b"code()") + PAYLOADS[0x03]
_BINARY_2 = int32(8) + b"\x02" + int32(4) + b"data"
LENGTH_PREFIXED = (0x02, 0x03, 0x04, 0x05, 0x0C, 0x0D, 0x0E, 0x0F)


def _wrong_lengths() -> Iterator[tuple[str, bytes]]:
    for kind in LENGTH_PREFIXED:
        payload = PAYLOADS[kind]
        for length in (*LENGTHS, len(payload) - 1, len(payload), len(payload) + 1):
            body = element(kind, "v", int32(length) + payload[4:])
            yield f"type {kind:#04x} length {length}", document(body)
            yield (
                f"type {kind:#04x} length {length} then a field",
                document(body + element(0x0A, "n")),
            )
            yield (
                f"type {kind:#04x} length {length} in an array",
                document(
                    element(0x04, "a", document(element(kind, "0", int32(length) + payload[4:])))
                ),
            )
            yield (
                f"type {kind:#04x} length {length} in a scope",
                document(element(0x0F, "c", _code_with_scope(document(body)))),
            )


def _code_with_scope(scope: bytes) -> bytes:
    code = string(b"f")
    return int32(4 + len(code) + len(scope)) + code + scope


def _inner_lengths() -> Iterator[tuple[str, bytes]]:
    whole = PAYLOADS[0x0F]
    for length in LENGTHS:
        inner = whole[:4] + int32(length) + whole[8:]
        yield f"code length {length} before a scope", document(element(0x0F, "v", inner))
        at = 4 + len(string(b"code()"))
        inner = whole[:at] + int32(length) + whole[at + 4 :]
        yield f"scope length {length}", document(element(0x0F, "v", inner))
        inner = int32(8) + b"\x02" + int32(length) + b"data"
        yield f"old binary inner length {length}", document(element(0x05, "v", inner))
        inner = int32(length) + b"\x02" + int32((length - 4) % 2**31) + b"data"
        yield f"old binary outer length {length}", document(element(0x05, "v", inner))


def _truncated() -> Iterator[tuple[str, bytes]]:
    payloads = [*PAYLOADS.items(), (0x05, _BINARY_2)]
    for kind, payload in payloads:
        for size in range(len(payload)):
            body = element(kind, "v", payload[:size])
            yield f"type {kind:#04x} cut to {size}", document(body)
            yield f"type {kind:#04x} cut to {size}, no terminator", int32(4 + len(body)) + body
            yield (
                f"type {kind:#04x} cut to {size} in a document",
                document(element(0x03, "d", document(body))),
            )
            yield (
                f"type {kind:#04x} cut to {size} in an array",
                document(element(0x04, "a", document(body))),
            )


def _missing_terminators() -> Iterator[tuple[str, bytes]]:
    for kind, payload in PAYLOADS.items():
        broken = payload.replace(b"\x00", b"\x01") if kind in (0x0B,) else payload[:-1] + b"\x01"
        if payload:
            yield f"type {kind:#04x} last byte 1", document(element(kind, "v", broken))
        yield f"type {kind:#04x} with no key", document(bytes([kind]))
        yield f"type {kind:#04x} with an open key", document(bytes([kind]) + b"key")
        yield f"type {kind:#04x} key runs to the end", int32(8) + bytes([kind]) + b"key"
    for flags in (b"", b"i", b"im"):
        body = bytes([0x0B]) + b"r\x00" + b"pattern\x00" + flags
        yield f"regex flags {flags!r} end at the terminator", document(body)
        yield f"regex pattern {flags!r} ends at the terminator", document(b"\x0br\x00" + flags)


def _whole_documents() -> Iterator[tuple[str, bytes]]:
    for size in range(6):
        yield f"{size} zero bytes", bytes(size)
        yield f"{size} bytes of a length", int32(size) + bytes(max(0, size - 4))
    for length in LENGTHS:
        yield f"document length {length}", int32(length) + b"\x00"
        yield (
            f"document length {length} with a field",
            int32(length) + element(0x10, "a", int32(1)) + b"\x00",
        )
    yield "terminator 1", int32(5) + b"\x01"
    yield "bytes after the terminator", document() + b"\x00"
    yield "only terminators", int32(9) + b"\x00" * 5
    yield "unknown types", document(element(0x14, "v"))
    for kind in (0x14, 0x20, 0x7E, 0x80, 0xFE, 0x00):
        yield f"type {kind:#04x}", document(element(kind, "v", b"\x00" * 4))
        yield (
            f"type {kind:#04x} in an array",
            document(element(0x04, "a", document(element(kind, "0", b"\x00" * 4)))),
        )
    for value in (2, 0x7F, 0x80, 0xFF):
        yield f"boolean {value}", document(element(0x08, "v", bytes([value])))
    for size in (0, 1, 15, 17):
        for subtype in (3, 4):
            payload = int32(size) + bytes([subtype]) + bytes(size)
            yield f"UUID subtype {subtype} of {size} bytes", document(element(0x05, "v", payload))
    yield "invalid UTF-8 in a key", document(element(0x0A, b"\xff"))
    yield "invalid UTF-8 in a string", document(element(0x02, "v", string(b"\xc3")))
    yield "invalid UTF-8 in a regex", document(element(0x0B, "v", b"\xff\x00\x00"))
    yield "invalid UTF-8 in regex flags", document(element(0x0B, "v", b"a\x00\xff\x00"))
    yield (
        "document one byte short of its array",
        document(
            element(0x04, "a", int32(18) + element(0x03, "0", int32(11) + b"\x10x\x00" + bytes(4)))
        ),
    )
    yield "array slack", document(element(0x04, "a", int32(6) + b"\x00\x00"))
    yield (
        "array ends inside its element",
        document(element(0x04, "a", int32(9) + element(0x10, "0", int32(0)) + b"\x00")),
    )
    yield (
        "document ends inside its element",
        document(element(0x03, "a", int32(9) + element(0x10, "0", int32(0)) + b"\x00")),
    )
    yield (
        "last field overlaps the terminator",
        int32(11) + element(0x10, "a", b"\x01\x00\x00") + b"",
    )
    yield "1500 documents deep, no terminators", nested(1500)[:-1500]


def _sample() -> bytes:
    return C.encode(
        {
            "_id": ObjectId(OID),
            "double": 1.5,
            "string": "text é",
            "document": {"a": {"b": [1, {"c": None}]}},
            "array": [1, "two", 3.0, [Int64(4)]],
            "binary": Binary(b"12345", 5),
            "old": Binary(b"12345", 2),
            "uuid": Binary(bytes(16), 4),
            "flag": True,
            "date": DatetimeMS(0),
            "regex": Regex("a.*", "im"),
            "code": Code("f()"),
            "scope": Code("f()", {"x": 1}),
            "stamp": Timestamp(1, 2),
            "dec": Decimal128("1.5"),
            "min": MinKey(),
            "max": MaxKey(),
            "ref": DBRef("c", 1, "d", x=1),
        }
    )


SAMPLE = _sample()


def named_documents() -> dict[str, bytes]:
    """Return every malformed document that is built by hand, by a name that says what is wrong.

    A few are well formed, on the border: each decoder decides, and all must decide alike.
    """
    named: dict[str, bytes] = {}
    for name, data in itertools.chain(
        _whole_documents(), _wrong_lengths(), _inner_lengths(), _truncated(), _missing_terminators()
    ):
        named[name] = data
    for size in range(len(SAMPLE)):
        named[f"sample cut to {size}"] = SAMPLE[:size]
        named[f"sample cut to {size}, length corrected"] = int32(size) + SAMPLE[4:size]
    return named


def mutated_samples(count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` copies of a document of all types, each with a few bytes or lengths changed."""
    rng = random.Random(seed)
    for _ in range(count):
        data = bytearray(SAMPLE)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(data))
            if rng.random() < 0.5:
                data[at] = rng.choice(
                    (0, 1, 2, 3, 4, 5, 0x0F, 0x7F, 0x80, 0xFF, rng.randrange(256))
                )
            else:
                data[at : at + 4] = int32(rng.choice(LENGTHS))
        if rng.random() < 0.3:
            del data[rng.randrange(len(data)) :]
        if rng.random() < 0.8:
            data[:4] = int32(len(data))
        yield bytes(data)


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["byte", "length", "delete", "insert", "cut"]),
        st.integers(0, 2**16),
        st.one_of(st.sampled_from(LENGTHS), st.integers(-300, 300)),
        st.binary(max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def mutate(data: bytes, mutations: list[tuple[str, int, int, bytes]], fix_length: bool) -> bytes:
    """Return `data` after `mutations`; with `fix_length` its own length and terminator are true."""
    out = bytearray(data)
    for kind, where, number, patch in mutations:
        at = where % (len(out) + 1)
        if kind == "byte":
            out[at : at + 1] = bytes([number % 256])
        elif kind == "length":
            out[at : at + 4] = int32(number)
        elif kind == "delete":
            del out[at : at + abs(number) % 8]
        elif kind == "insert":
            out[at:at] = patch
        else:
            del out[at:]
    if fix_length and len(out) >= 5:
        out[:4] = int32(len(out))
        out[-1] = 0
    return bytes(out)
