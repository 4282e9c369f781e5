"""Keeps LeakSanitizer's report to this project: imported by every sanitized interpreter.

PyMongo's C extensions keep what they look up at import for the life of the process (strings and
classes, and two datetimes of `bson.datetime_ms`) and have no function that gives it back; numpy,
which matplotlib draws with, keeps types and numbers. What is allocated while these modules are
loaded is therefore left out; what they allocate later is not.
"""

from __future__ import annotations

import ctypes
from importlib.machinery import ExtensionFileLoader, SourceFileLoader
from types import ModuleType

_MODULES = {"bson._cbson", "bson.datetime_ms", "pymongo._cmessage"}
_PACKAGES = {"numpy"}
_FREED_FLOATS = 100
"""How many CPython keeps for reuse: PyFloat_MAXFREELIST."""
_Loader = ExtensionFileLoader | SourceFileLoader
_sanitizer = ctypes.CDLL(None)


def _leave_out_what_modules_keep(loader: type[_Loader]) -> None:
    """Have `loader` load modules as ever, those that keep something without counting it."""
    execute = loader.exec_module

    def exec_module(self: _Loader, module: ModuleType) -> None:
        if self.name not in _MODULES and self.name.partition(".")[0] not in _PACKAGES:
            execute(self, module)  # type: ignore[arg-type]
            return
        _sanitizer.__lsan_disable()
        # While these live, CPython has no freed float that it allocated before and would reuse now.
        floats = [number + 0.5 for number in range(_FREED_FLOATS)]
        try:
            execute(self, module)  # type: ignore[arg-type]
        finally:
            del floats
            _sanitizer.__lsan_enable()

    loader.exec_module = exec_module  # type: ignore[method-assign]


_leave_out_what_modules_keep(ExtensionFileLoader)
_leave_out_what_modules_keep(SourceFileLoader)
