"""The two codecs of a comparison: PyMongo's real C extension, and this project's.

A comparison with PyMongo's pure Python, taken for its C extension, says nothing. So the baseline
is found by its file, and refused where it is not a shared object; and it stays PyMongo's own even
while the drop-in is installed, so that both can take turns in one process.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import bson


class BaselineError(RuntimeError):
    """PyMongo's C extension is not there to be compared with."""


@dataclass(frozen=True)
class Codec:
    """The four public functions that are measured, of one implementation."""

    name: str
    encode: Callable[..., bytes]
    decode: Callable[..., Any]
    decode_all: Callable[..., list[Any]]
    decode_iter: Callable[..., Iterator[Any]]


def _shared_object_spec(package: ModuleType, name: str) -> importlib.machinery.ModuleSpec:
    # PathFinder itself, because a drop-in may have put a finder of its own before it.
    spec = importlib.machinery.PathFinder.find_spec(f"{package.__name__}.{name}", package.__path__)
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    if spec is None or spec.origin is None or not spec.origin.endswith(suffixes):
        raise BaselineError(
            f"PyMongo's C extension {package.__name__}.{name} is not installed beside "
            f"{package.__file__}: a ratio to PyMongo's pure Python would say nothing, so none is "
            "given. Install a binary wheel (pip install --force-reinstall --only-binary=:all: "
            "pymongo), and see that no source tree shadows it."
        )
    return spec


def _load(package: ModuleType, name: str) -> ModuleType:
    """PyMongo's own extension module, loaded anew where a drop-in stands in its place."""
    spec = _shared_object_spec(package, name)
    loaded = sys.modules.get(f"{package.__name__}.{name}")
    if loaded is not None and getattr(loaded, "__file__", None) == spec.origin:
        return loaded
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def _in_place_of(package: ModuleType, name: str, module: ModuleType) -> Iterator[None]:
    """Let ``package.name`` be ``module`` for the length of a ``with`` block."""
    full_name = f"{package.__name__}.{name}"
    missing = object()
    attribute = getattr(package, name, missing)
    entry = sys.modules.get(full_name)
    setattr(package, name, module)
    sys.modules[full_name] = module
    try:
        yield
    finally:
        if attribute is missing:
            delattr(package, name)
        else:
            setattr(package, name, attribute)
        if entry is None:
            del sys.modules[full_name]
        else:
            sys.modules[full_name] = entry


def c_module() -> ModuleType:
    """PyMongo's C extension ``bson._cbson``.

    :raises BaselineError: where there is none, or where PyMongo does not use it
    """
    module = _load(bson, "_cbson")
    if not bson.has_c():
        raise BaselineError(
            "bson.has_c() is false: PyMongo is running as pure Python although its C extension "
            f"lies at {module.__file__}"
        )
    return module


def c_message_module() -> ModuleType:
    """PyMongo's C extension ``pymongo._cmessage``, bound to the real ``bson._cbson``.

    :raises BaselineError: where there is none
    """
    import pymongo

    # It takes the encoder from bson._cbson by a capsule while it loads.
    with _in_place_of(bson, "_cbson", c_module()):
        return _load(pymongo, "_cmessage")


def c_codec() -> Codec:
    """The public functions of ``bson``, as PyMongo wrote them, over its C extension.

    They come from a second, private execution of ``bson/__init__.py`` against the C module, and so
    keep PyMongo's own Python wrappers whatever a drop-in does to ``bson``. The classes of the
    values (``ObjectId`` and the rest) are the same ones.

    :raises BaselineError: where the C extension is missing or unused
    """
    module = c_module()
    origin = bson.__spec__.origin if bson.__spec__ is not None else None
    assert origin is not None
    spec = importlib.util.spec_from_file_location("pymongo_cpp_bench_reference_bson", origin)
    assert spec is not None
    assert spec.loader is not None
    reference = importlib.util.module_from_spec(spec)
    with _in_place_of(bson, "_cbson", module):
        spec.loader.exec_module(reference)
    if reference._dict_to_bson is not module._dict_to_bson:
        raise BaselineError(f"{origin} does not take its encoder from {module.__file__}")
    return Codec(
        "C",
        reference.encode,
        reference.decode,
        reference.decode_all,
        reference.decode_iter,
    )


def cpp_codec() -> Codec:
    """This project's own functions."""
    import pymongo_cpp

    return Codec(
        "C++",
        pymongo_cpp.encode,
        pymongo_cpp.decode,
        pymongo_cpp.decode_all,
        pymongo_cpp.decode_iter,
    )
