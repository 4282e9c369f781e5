"""PyMongo without its C extension, as a side of a comparison beside those that have one."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import bson

from pymongo_cpp.bench.baseline import BaselineError, Codec


@contextmanager
def _extension_out_of_reach() -> Iterator[None]:
    attribute = vars(bson).pop("_cbson")
    entry = sys.modules["bson._cbson"]
    sys.modules["bson._cbson"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        sys.modules["bson._cbson"] = entry
        vars(bson)["_cbson"] = attribute


def pure_python_codec() -> Codec:
    """The public functions of ``bson`` over PyMongo's Python code, from an execution of their own.

    :raises BaselineError: where that execution found an extension after all
    """
    spec = importlib.util.spec_from_file_location("pure_python_bson", str(bson.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _extension_out_of_reach():
        spec.loader.exec_module(module)
    if module.has_c():
        raise BaselineError("the copy of bson that should be pure Python has an extension")
    return Codec("pure Python", module.encode, module.decode, module.decode_all, module.decode_iter)
