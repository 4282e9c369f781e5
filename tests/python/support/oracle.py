"""The two codecs that pymongo_cpp is compared with.

`C` is the `bson` package as installed, refused unless its C extension is a shared object.
`PURE` is a second copy of `bson/__init__.py`, run with `bson._cbson` out of reach, that shares
every value class (`ObjectId`, `Binary`, ...) with the first, so that values compare directly.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bson


def require_c_extension() -> types.ModuleType:
    """Return `bson`, or fail when it does not run on its real C extension."""
    if not bson.has_c():
        raise RuntimeError("PyMongo's C extension is missing: there is nothing to compare with")
    origin = str(bson._cbson.__file__)  # type: ignore[attr-defined]
    if not origin.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES)):
        raise RuntimeError("bson._cbson is not a shared object")
    if bson._decode_all is not bson._cbson._decode_all:  # type: ignore[attr-defined]
        raise RuntimeError("bson does not use its C extension")
    return bson


def load_pure_python() -> types.ModuleType:
    """Return a copy of `bson` that uses no extension at all."""

    def import_without_cbson(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if name == "bson" and "_cbson" in (fromlist or ()):
            raise ImportError("bson._cbson is blocked")
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    source = Path(str(bson.__file__))
    module = types.ModuleType("bson_pure_python")
    module.__dict__["__builtins__"] = {
        **vars(builtins),
        "__import__": import_without_cbson,
    }
    exec(compile(source.read_bytes(), str(source), "exec"), module.__dict__)
    if module.has_c():
        raise RuntimeError("the pure-Python copy of bson still uses the C extension")
    return module


C = require_c_extension()
PURE = load_pure_python()
