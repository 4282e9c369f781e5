"""A native BSON codec in C++20 that takes the place of PyMongo's C extensions.

The functions of this package have the signatures and the behaviour of the functions of the same
names in :mod:`bson`::

    >>> import pymongo_cpp
    >>> pymongo_cpp.decode(pymongo_cpp.encode({"answer": 42}))
    {'answer': 42}

:func:`install` lets PyMongo itself use them.
"""

from __future__ import annotations

from pymongo_cpp.dropin import activate_from_environment, install, status, uninstall
from pymongo_cpp.dropin.environment import is_command_line_loading

try:
    # Whole, before the extension imports its modules one by one: another thread may be importing
    # it.
    import bson  # noqa: F401

    from pymongo_cpp._native import (
        LazyArray,
        LazyDocument,
        decode,
        decode_all,
        decode_file_iter,
        decode_iter,
        encode,
        is_valid,
        project,
        select,
    )
except ImportError:
    # `python -m pymongo_cpp status` has to say why, `disable` to be the way out, and `run` to fall
    # back.
    if not is_command_line_loading():
        raise

__version__ = "0.1.0"

__all__ = [
    "LazyArray",
    "LazyDocument",
    "__version__",
    "decode",
    "decode_all",
    "decode_file_iter",
    "decode_iter",
    "encode",
    "install",
    "is_valid",
    "project",
    "select",
    "status",
    "uninstall",
]

activate_from_environment()
