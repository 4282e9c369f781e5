"""The MongoDB wire protocol as far as the proxy and the replay need it: framing and OP_MSG.

Source: MongoDB wire protocol specification, "Standard Message Header" and "OP_MSG".
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import bson

OP_REPLY = 1
OP_QUERY = 2004
OP_MSG = 2013

MORE_TO_COME = 1 << 1
EXHAUST_ALLOWED = 1 << 16

HEADER = struct.Struct("<iiii")
_FLAGS = struct.Struct("<I")
_RESPONSE_TO = struct.Struct("<i")
_FLAGS_OFFSET = HEADER.size
_BODY_OFFSET = _FLAGS_OFFSET + _FLAGS.size + 1


class Header(NamedTuple):
    """A message's header; ``length`` includes it and is in bytes."""

    length: int
    request_id: int
    response_to: int
    op_code: int


def header(message: bytes | bytearray) -> Header:
    """Read the header at the front of ``message``."""
    return Header(*HEADER.unpack_from(message))


def flags(message: bytes | bytearray) -> int:
    """Return the flag bits of an OP_MSG."""
    value: int = _FLAGS.unpack_from(message, _FLAGS_OFFSET)[0]
    return value


def with_flags(message: bytes, value: int) -> bytes:
    """Return the OP_MSG with other flag bits."""
    changed = bytearray(message)
    _FLAGS.pack_into(changed, _FLAGS_OFFSET, value)
    return bytes(changed)


def with_response_to(message: bytes, request_id: int) -> bytes:
    """Return the reply as one to the request ``request_id``."""
    changed = bytearray(message)
    _RESPONSE_TO.pack_into(changed, 8, request_id)
    return bytes(changed)


def body(message: bytes) -> dict[str, Any]:
    """Decode the body of an OP_MSG whose body is its first section, as drivers send it.

    :raises bson.InvalidBSON: it is not one.
    """
    length: int = struct.unpack_from("<i", message, _BODY_OFFSET)[0]
    document: dict[str, Any] = bson.decode(message[_BODY_OFFSET : _BODY_OFFSET + length])
    return document


def command_name(message: bytes) -> str:
    """Return the first key of the body of an OP_MSG, without decoding the rest.

    An OP_QUERY, which drivers only send to greet a server, is called ``OP_QUERY``.
    """
    if header(message).op_code != OP_MSG:
        return "OP_QUERY"
    start = _BODY_OFFSET + 5
    return message[start : message.index(b"\0", start)].decode()


def request(document: dict[str, Any], request_id: int) -> bytes:
    """Return an OP_MSG that asks for the command ``document``."""
    return _message(document, request_id, 0)


def reply(document: dict[str, Any], response_to: int) -> bytes:
    """Return an OP_MSG with the body ``document`` that answers the request ``response_to``."""
    return _message(document, 0, response_to)


def _message(document: dict[str, Any], request_id: int, response_to: int) -> bytes:
    payload = bson.encode(document)
    header = HEADER.pack(_BODY_OFFSET + len(payload), request_id, response_to, OP_MSG)
    return header + _FLAGS.pack(0) + b"\0" + payload
