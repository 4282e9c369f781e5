"""Which codec serves PyMongo in this process; read by what runs inside the suite's processes."""

from __future__ import annotations

import importlib.machinery
import os
import sysconfig
from pathlib import Path

import bson
import pymongo
import pymongo.message

VARIABLE = "SUITE_CODEC"
"""Environment variable: ``c`` or ``cpp``, the codec that has to be active."""

LEVEL_VARIABLE = "SUITE_LEVEL"
"""Environment variable: the level that has to be installed where the codec is ``cpp``;
``default`` where unset."""

_SITE_PACKAGES = Path(sysconfig.get_path("platlib")).resolve()


def problem() -> str | None:
    """Return why this process does not run on the codec that SUITE_CODEC asks for, if so."""
    for package in (bson, pymongo):
        if not _in_site_packages(package.__file__):
            return f"{package.__file__} is not the installed package"
    if not bson.has_c() or not pymongo.has_c():
        return "bson.has_c() or pymongo.has_c() is false"
    modules = (bson._cbson, pymongo.message._cmessage)
    own = [_is_pymongo_extension(module.__file__) for module in modules]
    if os.environ[VARIABLE] == "c":
        return None if all(own) else "PyMongo's own C extensions are not active"
    if not all(Path(module.__file__).match("pymongo_cpp/_native.*") for module in modules):
        return f"pymongo_cpp is not active: {[module.__file__ for module in modules]}"
    return _level_problem()


def _level_problem() -> str | None:
    import pymongo_cpp

    level = pymongo_cpp.status().level
    wanted = os.environ.get(LEVEL_VARIABLE, "default")
    return None if level == wanted else f"the level is {level}, not {wanted}"


def description() -> str:
    """Name the codec, PyMongo's version and both modules' files."""
    return (
        f"codec: {os.environ[VARIABLE]}, level {os.environ.get(LEVEL_VARIABLE, 'default')}, "
        f"PyMongo {pymongo.version}, "
        f"{bson._cbson.__file__}, {pymongo.message._cmessage.__file__}"
    )


def _is_pymongo_extension(file: str) -> bool:
    shared_object = file.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))
    return shared_object and _in_site_packages(file)


def _in_site_packages(file: str | None) -> bool:
    return file is not None and Path(file).resolve().is_relative_to(_SITE_PACKAGES)
