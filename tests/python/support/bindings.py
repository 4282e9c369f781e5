"""Everything that PyMongo's modules bind, by identity: run inside a test's own interpreter."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

PACKAGES = ("bson", "pymongo", "gridfs")
Bindings = dict[tuple[str, str], Any]


def bindings() -> Bindings:
    """Return every global of every loaded module of PyMongo, and the modules themselves."""
    found: Bindings = {}
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in PACKAGES and isinstance(module, ModuleType):
            found["sys.modules", name] = module
            found.update({(name, key): value for key, value in vars(module).items()})
    return found


def differences(before: Bindings, after: Bindings) -> list[tuple[str, str]]:
    """Return the bindings that are not the same object, or are on one side alone."""
    absent = object()
    keys = before.keys() | after.keys()
    return sorted(k for k in keys if before.get(k, absent) is not after.get(k, absent))


def bound_to(values: list[Any]) -> list[tuple[str, str]]:
    """Return the bindings that hold one of ``values`` outside the extension modules."""
    wanted = {id(value) for value in values}
    return sorted(
        key
        for key, value in bindings().items()
        if id(value) in wanted and key[0] not in ("bson._cbson", "pymongo._cmessage")
    )


def functions_of(module: ModuleType) -> dict[str, Any]:
    """Return the functions of an extension module by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if callable(value) and not name.startswith("__")
    }
