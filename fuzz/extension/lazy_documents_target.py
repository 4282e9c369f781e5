"""Lazy documents, project() and select() on any bytes, against decoding the whole."""

from __future__ import annotations

from typing import Any

from bson.errors import InvalidBSON
from support.canonical import Outcome, canonical
from support.lazies import thaw, thaw_by_key

import pymongo_cpp
from fuzz.extension.harness import DisagreementError, fuzz, require_error, require_same
from pymongo_cpp import LazyDocument

_FILTERS: tuple[dict[str, Any], ...] = (
    {"a": 1},
    {"a.b": {"$gt": 1}},
    {"$or": [{"a.0": None}, {"b": {"$in": ["x", 2.5]}}]},
    {"a": {"$exists": False}},
)


def target(data: bytes) -> None:
    whole = Outcome(pymongo_cpp.decode, data)
    require_error("decode", whole, InvalidBSON)
    for name, call in (
        ("to_dict", lambda: LazyDocument(data).to_dict()),
        ("thaw", lambda: thaw(LazyDocument(data))),
        ("thaw by key", lambda: thaw_by_key(LazyDocument(data, validate=False))),
        ("to_dict of a bytearray", lambda: LazyDocument(bytearray(data)).to_dict()),
    ):
        require_same(name, Outcome(call), whole)
    for query in _FILTERS:
        selected = Outcome(lambda q=query: list(pymongo_cpp.select([data], q, raw=True)))
        require_error("select", selected, InvalidBSON)
    projected = Outcome(pymongo_cpp.project, data, ["a", "b.c", "d.0.e"])
    require_error("project", projected, InvalidBSON)
    if whole.error is None:
        fields(data, whole.value)


def fields(data: bytes, decoded: Any) -> None:
    """Each field of a good document, on its own."""
    lazy = LazyDocument(data)
    if list(lazy) != list(decoded) or len(lazy) != len(decoded):
        raise DisagreementError("keys")
    for key, value in decoded.items():
        if not key or "." in key:
            continue
        projected = pymongo_cpp.project(data, [key])
        if canonical(projected) != canonical({key: value}):
            raise DisagreementError(f"project {key!r}: {projected!r}, {value!r}")


if __name__ == "__main__":
    fuzz(target)
