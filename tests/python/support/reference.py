"""PyMongo's own Python classes, apart from those that the drop-in changes."""

from __future__ import annotations

import copy
import sys
import types
from pathlib import Path
from typing import Any

import bson.objectid
import bson.raw_bson

_SUFFIX = "_of_pymongo"


def copy_of(module: types.ModuleType) -> types.ModuleType:
    """Run the source of ``module`` once more, into a module with classes of its own."""
    source = Path(str(module.__file__))
    made = types.ModuleType(f"{module.__name__}{_SUFFIX}")
    sys.modules[made.__name__] = made
    exec(compile(source.read_bytes(), str(source), "exec"), vars(made))
    return made


OBJECT_ID: Any = copy_of(bson.objectid).ObjectId
RAW_BSON: Any = copy_of(bson.raw_bson)


def outcome(function: Any, *arguments: Any, **keywords: Any) -> Any:
    """Return what the call returns, or what it raises: class, text, and the same of its context."""
    try:
        return "returned", function(*arguments, **keywords)
    except Exception as error:
        context = error.__context__
        return "raised", type(error), _text(error), type(context), _text(context)


def _text(error: BaseException | None) -> str:
    """Return an exception's text, in which CPython 3.13 and later name a class's module too."""
    return str(error).replace(_SUFFIX, "")


def plain(value: Any) -> Any:
    """Return an ObjectId of either class as its bytes, a raw document as its own, else itself."""
    if isinstance(value, OBJECT_ID | bson.ObjectId):
        return type(value).__name__, value.binary
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if isinstance(value, RAW_BSON.RawBSONDocument | bson.raw_bson.RawBSONDocument):
        return type(value).__name__, bytes(value.raw)
    return copy.copy(value)
