"""Keeps LeakSanitizer's report to this project: imported by every sanitized interpreter.

PyMongo's C extensions keep the strings and the classes that they look up at import for the life of
the process, and have no function that gives them back. What they allocate while they are loaded is
therefore left out; what they allocate later is not.
"""

from __future__ import annotations

import ctypes
from importlib.machinery import ExtensionFileLoader
from types import ModuleType

_EXTENSIONS = {"bson._cbson", "pymongo._cmessage"}
_sanitizer = ctypes.CDLL(None)
_exec_module = ExtensionFileLoader.exec_module


def exec_module(self: ExtensionFileLoader, module: ModuleType) -> None:
    """Load an extension as ever, PyMongo's without counting what it keeps."""
    if self.name not in _EXTENSIONS:
        _exec_module(self, module)
        return
    _sanitizer.__lsan_disable()
    try:
        _exec_module(self, module)
    finally:
        _sanitizer.__lsan_enable()


ExtensionFileLoader.exec_module = exec_module  # type: ignore[method-assign]
