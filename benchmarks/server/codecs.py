"""Switches PyMongo between the codecs in one process, and measures the time inside a codec."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType
from typing import Any

import bson
import pymongo.message

import pymongo_cpp
from pymongo_cpp import _native
from pymongo_cpp.bench.baseline import BaselineError, c_module

CODECS = ("C", "pymongo_cpp")

_NATIVE = (BuiltinFunctionType, _native.NativeFunction)


def activate(codec: str) -> None:
    """Make PyMongo run on ``codec``.

    :raises BaselineError: PyMongo does not run on it then.
    """
    if codec == "C":
        pymongo_cpp.uninstall()
    else:
        pymongo_cpp.install()
    is_c = bson._cbson.__file__ == c_module().__file__
    if is_c != (codec == "C") or not bson.has_c():
        raise BaselineError(f"{codec} is not active: {bson._cbson.__file__}")


class CodecClock:
    """CPU time that the calling threads spent inside the codec's functions, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0

    def timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` with its time added to this clock."""

        def call(*arguments: Any, **options: Any) -> Any:
            started = time.thread_time()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.thread_time() - started
                self.calls += 1

        return call


@contextmanager
def codec_clock() -> Iterator[CodecClock]:
    """Time the calls from PyMongo's modules into the codec that is active.

    PyMongo calls it a few times for each batch, so that the clock itself costs nothing.
    """
    clock = CodecClock()
    replaced: list[tuple[dict[str, Any], str, Any]] = []
    functions = _codec_functions()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in ("bson", "pymongo") or name.endswith(
            ("_cbson", "_cmessage")
        ):
            continue
        namespace = vars(module)
        for attribute, value in list(namespace.items()):
            if isinstance(value, _NATIVE) and value in functions:
                replaced.append((namespace, attribute, value))
                namespace[attribute] = clock.timed(value)
    try:
        yield clock
    finally:
        for namespace, attribute, value in replaced:
            namespace[attribute] = value


def _codec_functions() -> set[Any]:
    modules = [bson._cbson, pymongo.message._cmessage]
    found = [value for module in modules for value in vars(module).values()]
    # The drop-in also puts native functions in place of these.
    found += [bson.encode, bson.decode, bson.decode_all]
    return {value for value in found if isinstance(value, _NATIVE)}
