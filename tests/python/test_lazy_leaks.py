"""Nothing lazy leaves a block, a byte of heap or a reference behind, nor keeps a cycle alive."""

from __future__ import annotations

import gc
import io
import pickle
import weakref
from collections.abc import Callable
from typing import Any

from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from bson.errors import InvalidBSON
from support import options
from support.leaks import assert_stable, group_rounds, rounds
from support.malformed import SAMPLE, named_documents
from support.oracle import C

import pymongo_cpp
from pymongo_cpp import LazyArray, LazyDocument

NESTED = C.encode({"a": {"b": [1, {"c": "x"}, [2]]}, "s": "text", "many": dict.fromkeys("xyz", 1)})
TYPES = [LazyDocument, LazyArray, CodecOptions]


def attempt(call: Callable[[], Any]) -> Callable[[], None]:
    """Return the call without its documented exceptions."""

    def run() -> None:
        try:
            call()
        except (InvalidBSON, KeyError, IndexError, TypeError, ValueError):
            return

    return run


def test_reading() -> None:
    calls: list[tuple[str, Callable[[], Any]]] = []
    for name, data in (("sample", SAMPLE), ("nested", NESTED), ("broken", NESTED[:-3] + b"\1\0\0")):
        for registry in (options.REGISTRIES[0], options.REGISTRIES[2]):
            for check in (True, False):
                codec_options: CodecOptions[Any] = CodecOptions(type_registry=registry)

                def made(
                    data: bytes = data, check: bool = check, o: CodecOptions[Any] = codec_options
                ) -> LazyDocument:
                    return LazyDocument(data, o, validate=check)

                calls += [
                    (f"{name} {label}", attempt(lambda made=made, use=use: use(made())))
                    for label, use in USES.items()
                ]
    assert_stable(calls, [*TYPES, NESTED, SAMPLE], rounds())


USES: dict[str, Callable[[LazyDocument], Any]] = {
    "construct": lambda doc: None,
    "item": lambda doc: doc["s"],
    "missing": lambda doc: doc["missing"],
    "embedded": lambda doc: doc["a"]["b"][1],
    "array": lambda doc: [*doc["a"]["b"], doc["a"]["b"][0:2], 5 in doc["a"]["b"]],
    "array list": lambda doc: doc["a"]["b"].to_list(),
    "array index": lambda doc: doc["a"]["b"].index(99),
    "path": lambda doc: (doc.get("a.b.1.c"), doc.get("a.b.9"), doc.get("a.b.1")),
    "keys": lambda doc: (list(doc), len(doc), doc.keys()),
    "items": lambda doc: (list(doc.items()), list(doc.values()), doc["s"]),
    "equal": lambda doc: (doc == {}, doc == LazyDocument(NESTED), doc == doc.to_dict()),
    "repr": repr,
    "raw": lambda doc: (doc.raw, doc["a"].raw),
    "pickle": lambda doc: pickle.loads(pickle.dumps(doc)),
    "encode": lambda doc: pymongo_cpp.encode({"a": doc, "b": doc["a"]["b"]}),
    "arguments": lambda doc: LazyDocument(doc.raw, 5),  # type: ignore[arg-type]
}


def test_malformed_documents() -> None:
    inputs = list(named_documents().values())[::7]

    def everything() -> None:
        for data in inputs:
            attempt(lambda data=data: LazyDocument(data))()
            attempt(lambda data=data: LazyDocument(data, validate=False).to_dict())()
            attempt(lambda data=data: pymongo_cpp.project(data, ["a"]))()
            attempt(lambda data=data: list(pymongo_cpp.select(data, {"a": 1})))()

    assert_stable([("all", everything)], [*TYPES], group_rounds())


def test_project_and_select() -> None:
    stream = NESTED * 3
    calls = [
        ("project", attempt(lambda: pymongo_cpp.project(NESTED, ["a.b.c", "s", "many.x"]))),
        ("project, refused", attempt(lambda: pymongo_cpp.project(NESTED, ["a", "a.b"]))),
        ("select", attempt(lambda: list(pymongo_cpp.select(stream, {"a.b.c": "x"})))),
        ("select, raw", attempt(lambda: list(pymongo_cpp.select(stream, {}, raw=True)))),
        ("select, begun", attempt(lambda: next(pymongo_cpp.select([NESTED] * 2, {"s": "text"})))),
        ("select, file", attempt(lambda: list(pymongo_cpp.select(io.BytesIO(stream), {"s": 1})))),
        ("select, refused", attempt(lambda: pymongo_cpp.select(stream, {"s": {"$mod": 1}}))),
        ("select, broken", attempt(lambda: list(pymongo_cpp.select(stream[:-1], {"s": 1})))),
    ]
    assert_stable(calls, [*TYPES, NESTED, stream], rounds())


def test_cycles_are_collected() -> None:
    class Holder:
        document: Any = None

    class Decoder(TypeDecoder):
        bson_type = str

        def __init__(self, holder: Holder) -> None:
            self.holder = holder

        def transform_bson(self, value: Any) -> Any:
            return self.holder

    holder = Holder()
    registry = TypeRegistry([Decoder(holder)])
    holder.document = LazyDocument(NESTED, CodecOptions(type_registry=registry))
    assert dict(holder.document.items())["s"] is holder
    reference = weakref.ref(holder)
    # The options cache of the module may still hold the last options; others push them out.
    del holder, registry
    others = [CodecOptions(type_registry=TypeRegistry()) for _ in range(64)]
    for other in others:
        pymongo_cpp.decode(NESTED, other)
    gc.collect()
    assert reference() is None
