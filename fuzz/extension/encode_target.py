"""Generated objects: pure Python's bytes, or an error of the same class, and the way back."""

from __future__ import annotations

from typing import Any

from bson.codec_options import CodecOptions, DatetimeConversion
from support.canonical import Outcome
from support.oracle import PURE, C

import pymongo_cpp
from fuzz.extension.generated import Source
from fuzz.extension.harness import fuzz, require_same, take_options

BACK: CodecOptions[Any] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS)


def target(data: bytes) -> None:
    data, options = take_options(data)
    document = Source(data).document()
    ours = Outcome(pymongo_cpp.encode, document, False, options)
    require_same(
        "encode",
        ours,
        Outcome(PURE.encode, document, False, options),
        lambda: Outcome(C.encode, document, False, options),
    )
    if ours.error is None:
        back = Outcome(pymongo_cpp.decode, ours.value, BACK)
        require_same("decode", back, Outcome(PURE.decode, ours.value, BACK))


if __name__ == "__main__":
    fuzz(target)
