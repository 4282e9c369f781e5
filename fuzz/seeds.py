"""Seeds for the fuzz targets: the documents and texts of the MongoDB BSON corpus.

The corpus is read from the sdist of the installed PyMongo; nothing of it is kept here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bson.decimal128 import Decimal128
from bson.int64 import Int64
from support.oracle import PURE

_BSON = ("canonical_bson", "degenerate_bson", "converted_bson")
_JSON = ("canonical_extjson", "relaxed_extjson", "degenerate_extjson", "converted_extjson")
# The targets take bytes that steer them off the end of an input.
_STEERING = bytes(2)


def write_seeds(sdist: Path, folder: Path) -> None:
    """Write a file for each document and text of the corpus in `sdist`, below `folder`.

    `folder/bson` holds documents, `folder/filters` a document and a filter in each file, and
    `folder/json` Extended JSON. Files have the name of their
    content's hash, so that a second call changes nothing.
    """
    specifications = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((sdist / "test" / "bson_corpus").glob("*.json"))
    ]
    if not specifications:
        raise RuntimeError(f"no BSON corpus below {sdist}")
    for kind, contents in (("bson", _documents), ("filters", _filters), ("json", _texts)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for data in contents(specifications):
            name = hashlib.sha256(data).hexdigest()[:16]
            (folder / kind / name).write_bytes(data)


def _documents(specifications: list[dict[str, Any]]) -> Iterator[bytes]:
    for specification in specifications:
        for case in specification.get("valid", []):
            for field in _BSON:
                if field in case:
                    yield bytes.fromhex(case[field]) + _STEERING
        for case in specification.get("decodeErrors", []):
            yield bytes.fromhex(case["bson"]) + _STEERING


def _filters(specifications: list[dict[str, Any]]) -> Iterator[bytes]:
    encode = PURE.encode
    document = {"a": [1, {"b": 2.5}, None], "d": {"e": {"f": "text"}}, "n": Int64(7), "s": "é"}
    conditions: list[dict[str, Any]] = [
        {"n": 7},
        {"n": {"$gt": 6.5, "$lte": Decimal128("7.0")}},
        {"a": {"$in": [3, None, "x"]}},
        {"a.1.b": {"$gte": 2}},
        {"a.b": {"$lt": 3, "$ne": 2}},
        {"d.e.f": {"$eq": "text"}},
        {"d.e.g": {"$exists": False}},
        {"$or": [{"s": "é"}, {"$and": [{"n": 1}, {"d": {"e": {"f": "text"}}}]}]},
    ]
    for condition in conditions:
        yield encode(document) + encode(condition)
    for data in _documents(specifications):
        yield data[: -len(_STEERING)] + encode(conditions[0])


def _texts(specifications: list[dict[str, Any]]) -> Iterator[bytes]:
    for specification in specifications:
        for case in specification.get("valid", []):
            for field in _JSON:
                if field in case:
                    yield case[field].encode()
        for case in specification.get("parseErrors", []):
            yield case["string"].encode(errors="surrogatepass")
