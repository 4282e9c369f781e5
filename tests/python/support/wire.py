"""Calls of the wire-message functions, alike for pymongo_cpp and PyMongo's own extension."""

from __future__ import annotations

import importlib.machinery
import types
from pathlib import Path
from typing import Any, NamedTuple

import pymongo
from pymongo import _cmessage

INSERT, UPDATE, DELETE = range(3)


class Limits(NamedTuple):
    """What the batching functions ask of their context: the sizes that a server announces."""

    max_bson_size: Any = 16 * 1024 * 1024
    max_write_batch_size: Any = 100_000
    max_message_size: Any = 48_000_000
    max_split_size: Any = 16 * 1024 * 1024


def require_c_messages() -> types.ModuleType:
    """Return `pymongo._cmessage`, or fail when it is not PyMongo's own shared object."""
    origin = Path(str(_cmessage.__file__))
    if origin.parent != Path(str(pymongo.__file__)).parent or not origin.name.endswith(
        tuple(importlib.machinery.EXTENSION_SUFFIXES)
    ):
        raise RuntimeError("pymongo._cmessage is not the shared object that PyMongo installs")
    module: types.ModuleType = _cmessage
    return module


CMESSAGE = require_c_messages()


def without_request_id(result: Any) -> Any:
    """Return a message's result with its random request identifier left out, wherever it is."""
    if isinstance(result, tuple) and isinstance(result[0], int):
        request_id, message, *rest = result
        if request_id.to_bytes(4, "little", signed=True) != message[4:8]:
            raise AssertionError("the request identifier is not the one in the message")
        return (message[:4] + message[8:], *rest)
    return result
