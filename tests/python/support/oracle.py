"""The two codecs that pymongo_cpp is compared with.

`C` is PyMongo on its C extension, refused unless that is a shared object. `PURE` is PyMongo with
`bson._cbson` out of reach. Both are copies of `bson/__init__.py` of their own, which share every
value class (`ObjectId`, `Binary`, ...) with `bson`, so that values compare directly, and which
stay what they are when a test installs pymongo_cpp into `bson`.
"""

from __future__ import annotations

import builtins
import importlib.machinery
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import bson


def c_extension() -> types.ModuleType:
    """Return `bson._cbson`, or fail when it is not PyMongo's own shared object."""
    if not bson.has_c():
        raise RuntimeError("PyMongo's C extension is missing: there is nothing to compare with")
    extension = sys.modules["bson._cbson"]
    origin = Path(str(extension.__file__))
    if origin.parent != Path(str(bson.__file__)).parent or not origin.name.endswith(
        tuple(importlib.machinery.EXTENSION_SUFFIXES)
    ):
        raise RuntimeError("bson._cbson is not the shared object that PyMongo installs")
    return extension


def load_copy(
    of: types.ModuleType, name: str, replaced: Callable[[str, Sequence[str]], Any]
) -> types.ModuleType:
    """Return a copy of a module whose imports may find something else.

    :param replaced: called with an import's module and the names taken from it; returns what takes
        that module's place, or None to import as ever. May raise ImportError.
    """

    def import_or_replace(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        found = replaced(name, fromlist or ())
        if found is not None:
            return found
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    source = Path(str(of.__file__))
    module = types.ModuleType(name)
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": import_or_replace}
    exec(compile(source.read_bytes(), str(source), "exec"), module.__dict__)
    return module


def load_bson(extension: types.ModuleType | None) -> types.ModuleType:
    """Return a copy of `bson` that uses `extension`, or no extension at all."""

    def replaced(name: str, names: Sequence[str]) -> Any:
        if name != "bson" or "_cbson" not in names:
            return None
        if extension is None:
            raise ImportError("bson._cbson is blocked")
        return types.SimpleNamespace(_cbson=extension)

    module = load_copy(bson, "bson_on_c" if extension else "bson_pure_python", replaced)
    if module.has_c() is not (extension is not None):
        raise RuntimeError("the copy of bson does not use what it was given")
    return module


C = load_bson(c_extension())
PURE = load_bson(None)
