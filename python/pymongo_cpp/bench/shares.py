"""The share of a codec's time that each BSON type takes, on given documents.

No clock can be put around a single element, so the shares are estimates: the elements of each type
are gathered into flat documents that hold nothing else, those are timed, and what an empty document
costs is taken off. What remains of the whole time is the cost of the documents and arrays
themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from pymongo_cpp.bench.baseline import Codec
from pymongo_cpp.bench.readers import Document
from pymongo_cpp.bench.timing import Task, drain, take_turns

CONTAINERS = "documents and arrays"

_TYPE_NAMES = {
    "float": "double",
    "str": "string",
    "bytes": "binary",
    "Binary": "binary",
    "UUID": "binary",
    "ObjectId": "ObjectId",
    "bool": "boolean",
    "datetime": "datetime",
    "DatetimeMS": "datetime",
    "NoneType": "null",
    "Regex": "regex",
    "Pattern": "regex",
    "Code": "code",
    "Timestamp": "timestamp",
    "Int64": "int64",
    "Decimal128": "Decimal128",
    "MinKey": "min key",
    "MaxKey": "max key",
}


def type_name(value: object) -> str:
    """The BSON name of a value that is neither a document nor an array."""
    if type(value) is int:
        return "int32" if -(2**31) <= value < 2**31 else "int64"
    name = type(value).__name__
    return _TYPE_NAMES.get(name, name)


def _levels(value: object) -> Iterator[dict[str, Any]]:
    """Every document and array within a value, as mappings of its direct elements."""
    if isinstance(value, Mapping):
        elements = dict(value)
    elif isinstance(value, (list, tuple)):
        elements = {str(index): item for index, item in enumerate(value)}
    else:
        return
    yield elements
    for item in elements.values():
        yield from _levels(item)


def by_type(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """For each scalar BSON type, flat documents that hold just the elements of that type."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        for level in _levels(document):
            sorted_out: dict[str, Document] = {}
            for key, value in level.items():
                if not isinstance(value, (Mapping, list, tuple)):
                    sorted_out.setdefault(type_name(value), {})[key] = value
            for name, elements in sorted_out.items():
                found.setdefault(name, []).append(elements)
    return found


def _pass(function: Callable[[Any], object], items: list[Any]) -> Task:
    return lambda: drain(map(function, items))


def _empty_pass(function: Callable[[Any], object], item: object, times: int) -> Task:
    return lambda: drain(map(function, repeat(item, times)))


def _estimate(
    function: Callable[[Any], object],
    whole: list[Any],
    parts: Mapping[str, list[Any]],
    empty: object,
) -> dict[str, float]:
    tasks: dict[str, Task] = {"whole": _pass(function, whole)}
    for name, items in parts.items():
        tasks[name] = _pass(function, items)
        tasks[f"empty {name}"] = _empty_pass(function, empty, len(items))
    times = {
        name: m.best for name, m in take_turns(tasks, 1, repeats=5, sample_seconds=0.002).items()
    }
    costs = {name: max(0.0, times[name] - times[f"empty {name}"]) for name in parts}
    total = max(times["whole"], sum(costs.values()))
    shares = {name: cost / total for name, cost in costs.items()}
    shares[CONTAINERS] = 1.0 - sum(shares.values())
    return dict(sorted(shares.items(), key=lambda item: -item[1]))


def time_shares(codec: Codec, documents: list[Document]) -> dict[str, dict[str, float]]:
    """Estimate what part of encoding and of decoding goes to each BSON type.

    :param codec: the implementation to ask
    :param documents: what it is measured on
    :returns: ``{"encode": {type: share}, "decode": {…}}``; the shares of each add up to 1
    """
    parts = by_type(documents)
    encoded = {name: [codec.encode(item) for item in items] for name, items in parts.items()}
    whole = [codec.encode(document) for document in documents]
    return {
        "encode": _estimate(codec.encode, documents, parts, {}),
        "decode": _estimate(codec.decode, whole, encoded, codec.encode({})),
    }
