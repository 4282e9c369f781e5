"""The drop-in: PyMongo runs on this package's C++ codec, unchanged, with a way back.

``install()`` puts the native codec where PyMongo's C extensions ``bson._cbson`` and
``pymongo._cmessage`` are, ``uninstall()`` restores exactly what was there, ``status()`` tells which
codec serves PyMongo and why.

This package imports nothing of PyMongo, of the native extension or of ``pymongo_cpp`` itself until
one of these is called: a start-up hook can import it while ``bson`` is still loading.
"""

from __future__ import annotations

from pymongo_cpp.dropin.compatibility import IncompatiblePyMongoError
from pymongo_cpp.dropin.installer import activate, activate_from_environment, install, uninstall
from pymongo_cpp.dropin.report import Status, status

__all__ = [
    "IncompatiblePyMongoError",
    "Status",
    "activate",
    "activate_from_environment",
    "install",
    "status",
    "uninstall",
]
