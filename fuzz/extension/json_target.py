"""Extended JSON in both directions: bson.json_util's values, texts and errors."""

from __future__ import annotations

from bson import json_util
from support.canonical import Outcome
from support.oracle import PURE

import pymongo_cpp
from fuzz.extension.harness import fuzz, require_same
from pymongo_cpp.json import dumps, json_to_bson, loads

_OPTIONS = (
    json_util.RELAXED_JSON_OPTIONS,
    json_util.CANONICAL_JSON_OPTIONS,
    json_util.LEGACY_JSON_OPTIONS,
)


def target(data: bytes) -> None:
    options = _OPTIONS[data[-1] % len(_OPTIONS)] if data else _OPTIONS[0]
    documents(data[:-1], options)
    text = data[:-1].decode(errors="surrogateescape")
    made = Outcome(loads, text, json_options=options)
    require_same("loads", made, Outcome(json_util.loads, text, json_options=options))
    if made.error is None:
        again = Outcome(dumps, made.value, json_options=options)
        expected = Outcome(json_util.dumps, made.value, json_options=options)
        require_same("dumps", again, expected)
    straight = Outcome(json_to_bson, text)
    require_same("json_to_bson", straight, Outcome(lambda: PURE.encode(json_util.loads(text))))


def documents(data: bytes, options: json_util.JSONOptions) -> None:
    """The JSON of whatever the bytes hold."""
    decoded = Outcome(pymongo_cpp.decode, data)
    if decoded.error is None:
        ours = Outcome(dumps, decoded.value, json_options=options)
        require_same("dumps", ours, Outcome(json_util.dumps, decoded.value, json_options=options))


if __name__ == "__main__":
    fuzz(target)
