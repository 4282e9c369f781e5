"""The drop-in: PyMongo runs on this package's C++ codec, unchanged, with a way back.

``install()`` puts the native codec where PyMongo's C extensions ``bson._cbson`` and
``pymongo._cmessage`` are, ``uninstall()`` restores exactly what was there, ``status()`` tells which
codec serves PyMongo and why.

This package imports nothing of PyMongo, of the native extension or of ``pymongo_cpp`` itself until
one of these is called: a start-up hook can import it while ``bson`` is still loading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo_cpp.dropin.compatibility import IncompatiblePyMongoError
from pymongo_cpp.dropin.installer import activate, activate_from_environment, install, uninstall

if TYPE_CHECKING:
    from pymongo_cpp.dropin.report import Status

__all__ = [
    "IncompatiblePyMongoError",
    "Status",
    "activate",
    "activate_from_environment",
    "install",
    "status",
    "uninstall",
]


def status() -> Status:
    """Return which codec serves PyMongo in this process, and why.

    Imports :mod:`bson` where it is installed.

    :return: a :class:`~pymongo_cpp.dropin.Status`, which prints as a report.

    .. versionadded:: 0.1
    """
    # The report needs modules that a program which only runs on the codec never loads.
    from pymongo_cpp.dropin import report

    return report.status()


def __getattr__(name: str) -> Any:
    if name == "Status":
        from pymongo_cpp.dropin.report import Status

        return Status
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
