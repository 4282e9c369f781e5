"""`pymongo.message` without `pymongo._cmessage`, encoding with pure Python."""

from __future__ import annotations

import builtins
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pymongo.message
from support.oracle import PURE


def _load() -> types.ModuleType:
    def without_extension(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if name == "pymongo" and "_cmessage" in (fromlist or ()):
            raise ImportError("pymongo._cmessage is blocked")
        if name == "bson":
            return PURE
        return builtins.__import__(name, globals, locals, fromlist or (), level)

    source = Path(str(pymongo.message.__file__))
    module = types.ModuleType("pymongo_message_pure_python")
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": without_extension}
    exec(compile(source.read_bytes(), str(source), "exec"), module.__dict__)
    if module._use_c or module._dict_to_bson is not PURE._dict_to_bson:
        raise RuntimeError("the copy of pymongo.message is not pure Python")
    return module


PURE_MESSAGES = _load()
