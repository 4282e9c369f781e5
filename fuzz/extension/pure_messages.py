"""`pymongo.message` without `pymongo._cmessage`, encoding with pure Python."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any

import pymongo.message
from support.oracle import PURE, load_copy


def _without_extension(name: str, names: Sequence[str]) -> Any:
    if name == "pymongo" and "_cmessage" in names:
        raise ImportError("pymongo._cmessage is blocked")
    return PURE if name == "bson" else None


def _load() -> types.ModuleType:
    module = load_copy(pymongo.message, "pymongo_message_pure_python", _without_extension)
    if module._use_c or module._dict_to_bson is not PURE._dict_to_bson:
        raise RuntimeError("the copy of pymongo.message is not pure Python")
    return module


PURE_MESSAGES = _load()
