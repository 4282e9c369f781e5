"""Any bytes, decoded with several options: pure Python's values and errors."""

from __future__ import annotations

from bson.errors import InvalidBSON
from support.canonical import Outcome
from support.oracle import PURE

import pymongo_cpp
from fuzz.extension.harness import fuzz, require_error, require_same, take_options


def target(data: bytes) -> None:
    data, options = take_options(data)
    for name in ("decode", "decode_all"):
        ours = Outcome(getattr(pymongo_cpp, name), data, options)
        require_error(name, ours, InvalidBSON)
        require_same(name, ours, Outcome(getattr(PURE, name), data, options))
    ours = Outcome(lambda: list(pymongo_cpp.decode_iter(data, options)))
    require_same("decode_iter", ours, Outcome(lambda: list(PURE.decode_iter(data, options))))
    # Decoding into a bytearray's memory is the same.
    again = Outcome(pymongo_cpp.decode, bytearray(data), options)
    require_same("bytearray", again, Outcome(pymongo_cpp.decode, data, options))


if __name__ == "__main__":
    fuzz(target)
