"""Lazy documents as plain values, to be compared with what decoding gives."""

from __future__ import annotations

from typing import Any

from pymongo_cpp import LazyArray, LazyDocument


def thaw(value: Any) -> Any:
    """Return a lazy value as dicts and lists, by walking it value after value."""
    if isinstance(value, LazyDocument):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, LazyArray):
        return [thaw(item) for item in value]
    return value


def thaw_by_key(value: Any) -> Any:
    """Return the same by asking for each key and position on its own."""
    if isinstance(value, LazyDocument):
        return {key: thaw_by_key(value[key]) for key in value}
    if isinstance(value, LazyArray):
        return [thaw_by_key(value[index]) for index in range(len(value))]
    return value
