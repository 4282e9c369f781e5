"""The module objects that stand where ``bson._cbson`` and ``pymongo._cmessage`` are."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Iterable
from types import ModuleType
from typing import Any

CBSON = "bson._cbson"
CMESSAGE = "pymongo._cmessage"


def stand_in(name: str, native: Any, functions: Iterable[str]) -> ModuleType:
    """Return a module called ``name`` that holds the named functions of ``native``.

    Its ``__file__`` and spec are the native library's. The C API capsule of PyMongo's ``_cbson``
    is left out on purpose: PyMongo's own ``_cmessage`` would call through it into the other
    codec's state, and refuses to load without it.
    """
    module = ModuleType(
        name, f"{name} of PyMongo, served by the C++ codec of pymongo_cpp ({native.__name__})."
    )
    spec = importlib.machinery.ModuleSpec(name, native.__loader__, origin=native.__file__)
    spec.has_location = True
    module.__spec__ = spec
    module.__loader__ = native.__loader__
    module.__file__ = native.__file__
    module.__package__ = spec.parent
    for function in functions:
        setattr(module, function, getattr(native, function))
    return module


def is_stand_in(module: Any, native: Any) -> bool:
    """Say whether ``module`` is one of ours rather than PyMongo's own extension."""
    return module is not None and getattr(module, "__file__", None) == native.__file__
