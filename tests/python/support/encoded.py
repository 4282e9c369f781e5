"""A strategy of valid BSON, written by the C extension from generated documents."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions
from hypothesis import assume

from support import values
from support.canonical import Outcome
from support.oracle import C

ENCODER_OPTIONS: CodecOptions[Any] = CodecOptions(uuid_representation=4)

# With a DBRef's keys in its scope the pure-Python decoder refuses a Code that the C extension
# gives. The C extension decides, so that a pure-Python error with this text proves nothing.
DBREF_IN_SCOPE = "scope must be an instance of dict"


def encoded(value: Any) -> bytes:
    """Return the C extension's bytes; a document that it refuses is of no use as an input."""
    outcome = Outcome(C.encode, value, False, ENCODER_OPTIONS)
    assume(outcome.error is None)
    return bytes(outcome.value)


ENCODED = values.DOCUMENTS.map(encoded)
