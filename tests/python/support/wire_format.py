"""BSON written by hand: bytes that no encoder would write can be built from these."""

from __future__ import annotations


def int32(value: int) -> bytes:
    """Return a little-endian signed 32-bit integer."""
    return value.to_bytes(4, "little", signed=True)


def int64(value: int) -> bytes:
    """Return a little-endian signed 64-bit integer."""
    return value.to_bytes(8, "little", signed=True)


def string(text: bytes) -> bytes:
    """Return a BSON string: its length with the NUL, its bytes, the NUL."""
    return int32(len(text) + 1) + text + b"\x00"


def element(kind: int, name: str | bytes, payload: bytes = b"") -> bytes:
    """Return one element: type byte, name, payload."""
    raw = name.encode() if isinstance(name, str) else name
    return bytes([kind]) + raw + b"\x00" + payload


def document(elements: bytes = b"") -> bytes:
    """Return a document around `elements`, with a true length and terminator."""
    return int32(len(elements) + 5) + elements + b"\x00"


def nested(depth: int, kind: int = 0x03) -> bytes:
    """Return `depth` documents (or arrays, kind 4) within one another, in linear time."""
    name = b"a" if kind == 0x03 else b"0"
    sizes = [5 + 8 * level for level in range(depth, -1, -1)]
    prefix = bytes([kind]) + name + b"\x00"
    return prefix.join(int32(size) for size in sizes) + b"\x00" * (depth + 1)


def nested_scopes(depth: int) -> bytes:
    """Return `depth` documents, each in the scope of a Code of the one around it."""
    code = string(b"f")
    heads = []
    for level in range(depth, 0, -1):
        inner = 5 + 18 * (level - 1)
        heads.append(int32(inner + 18) + b"\x0fc\x00" + int32(4 + len(code) + inner) + code)
    return b"".join(heads) + int32(5) + b"\x00" * (depth + 1)
