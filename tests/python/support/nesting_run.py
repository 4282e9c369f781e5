"""Nest values deeply, for every function, in threads of small stacks. Run as a process of its own.

Arguments: sizes of stacks in KiB. Each call must end with a value or an error; prints the counts of
outcomes of each size, those of filters apart, a JSON object.
"""

from __future__ import annotations

import json
import pickle
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from bson.son import SON

import pymongo_cpp
from pymongo_cpp import LazyDocument, _native
from pymongo_cpp.json import (
    bson_to_json,
    bson_to_json_array,
    bson_to_json_lines,
    dumps,
    json_to_bson,
    loads,
)
from support.wire_format import nested, nested_scopes

LEVELS = (31, 99, 250, 990)
# Here json_util takes over what is JSON, and with it CPython's own parser, which does not look at
# the stack.
BEYOND_JSON = 20_000
SONS: CodecOptions[Any] = CodecOptions(document_class=SON)
RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
LAZY: CodecOptions[Any] = CodecOptions(document_class=LazyDocument)
# Room for RecursionError to be the stack's own.
RECURSION_LIMIT = 1_000_000


def lazily(use: Callable[[LazyDocument], Any]) -> Callable[[bytes], Any]:
    return lambda data: use(LazyDocument(data, validate=False))


READERS: tuple[Callable[[bytes], Any], ...] = (
    pymongo_cpp.decode,
    lambda data: pymongo_cpp.decode(data, SONS),
    lambda data: pymongo_cpp.decode(data, RAW),
    lambda data: pymongo_cpp.decode(data, LAZY),
    pymongo_cpp.decode_all,
    lambda data: list(pymongo_cpp.decode_iter(data)),
    pymongo_cpp.is_valid,
    lambda data: pymongo_cpp.encode(RawBSONDocument(data)),
    LazyDocument,
    lazily(len),
    lazily(repr),
    lazily(LazyDocument.to_dict),
    lazily(lambda lazy: lazy == LazyDocument(lazy.raw, validate=False)),
    lazily(lambda lazy: pickle.loads(pickle.dumps(lazy))),
    lazily(lambda lazy: lazy.get(".".join(["a"] * 20_000))),
    lambda data: pymongo_cpp.project(data, ["a.a.a", "b"]),
    lambda data: pymongo_cpp.project(data, [".".join(["a"] * 150)]),
    lambda data: list(pymongo_cpp.select(data, {".".join(["a"] * 200): None})),
    bson_to_json,
    lambda data: bson_to_json(data, "plain"),
    bson_to_json_lines,
    bson_to_json_array,
)
WRITERS: tuple[Callable[[Any], Any], ...] = (
    pymongo_cpp.encode,
    lambda value: _native._dict_to_bson(value, False, SONS),
)


def select_by(query: Any) -> Any:
    return list(pymongo_cpp.select(b"", query))


def values(levels: int) -> Iterator[Any]:
    """Nested dicts, lists, and operators of a filter."""
    document: Any = {"a": 1}
    array: Any = []
    query: Any = {"a": 1}
    for _ in range(levels):
        document, array, query = {"a": document}, [array], {"$and": [query]}
    yield from (document, {"a": array}, query)


def documents(levels: int) -> tuple[bytes, ...]:
    return nested(levels), nested(levels, 4), nested_scopes(levels)


def filter_calls(levels: int) -> Iterator[Callable[[], Any]]:
    yield from (partial(select_by, RawBSONDocument(data)) for data in documents(levels))
    for value in values(levels):
        yield from (partial(select_by, query) for query in (value, {"a": value}))


def bson_calls(levels: int) -> Iterator[Callable[[], Any]]:
    for data in documents(levels):
        yield from (partial(read, data) for read in READERS)
    for value in values(levels):
        yield from (partial(write, value) for write in WRITERS)


def json_calls(levels: int) -> Iterator[Callable[[], Any]]:
    document = '{"a": ' * levels + "1" + "}" * levels
    array = '{"a": ' + "[" * levels + "]" * levels + "}"
    for text in (document, array):
        yield from (partial(read, text) for read in (json_to_bson, loads))
    yield from (partial(dumps, value) for value in values(levels))


def outcome(call: Callable[[], Any]) -> str:
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return "value"


def main() -> None:
    counts: dict[str, dict[str, Counter[str]]] = {}
    # Made and destroyed by a thread whose stack holds them.
    filters = [call for levels in (*LEVELS, BEYOND_JSON) for call in filter_calls(levels)]
    others = [call for levels in (*LEVELS, BEYOND_JSON) for call in bson_calls(levels)]
    others.extend(call for levels in LEVELS for call in json_calls(levels))
    made = {"filters": filters, "others": others}
    sys.setrecursionlimit(RECURSION_LIMIT)
    for kibibytes in sys.argv[1:]:

        def work(kibibytes: str = kibibytes) -> None:
            counts[kibibytes] = {
                kind: Counter(outcome(call) for call in calls) for kind, calls in made.items()
            }

        threading.stack_size(int(kibibytes) * 1024)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    print(json.dumps(counts))


if __name__ == "__main__":
    main()
