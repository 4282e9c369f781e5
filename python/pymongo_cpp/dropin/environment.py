"""The ``PYMONGO_CPP`` environment variables: the operator's switches, stronger than any code."""

from __future__ import annotations

import enum
import os
import sys

from pymongo_cpp.dropin.levels import LEVELS

VARIABLE = "PYMONGO_CPP"
LEVEL_VARIABLE = "PYMONGO_CPP_LEVEL"


class Mode(enum.Enum):
    """What the operator asked for by ``PYMONGO_CPP``."""

    UNSET = ""
    """Nothing: the code and the ``enable`` command decide."""
    OFF = "0"
    """The native codec stays off, whatever the code asks for."""
    ON = "1"
    """On where it is available; where it is not, PyMongo runs as it would have, silently."""
    REQUIRE = "require"
    """On, or an ImportError that says why not."""


def mode() -> Mode:
    """Return the mode that the environment asks for now; an unknown value counts as unset."""
    try:
        return Mode(os.environ.get(VARIABLE, "").strip().lower())
    except ValueError:
        return Mode.UNSET


def level() -> str | None:
    """Return the level that ``PYMONGO_CPP_LEVEL`` asks for; None where unset or unknown."""
    value = os.environ.get(LEVEL_VARIABLE, "").strip().lower()
    return value if value in LEVELS else None


def is_raising() -> bool:
    """Say whether what stands against the native codec must be raised: ``PYMONGO_CPP=require``.

    Not while ``python -m pymongo_cpp`` is loading this package: its ``status`` has to tell the
    reason, and its ``disable`` to be the way out.
    """
    return mode() is Mode.REQUIRE and not is_command_line_loading()


def is_command_line_loading() -> bool:
    """Say whether this package is being imported for ``python -m pymongo_cpp``."""
    # The interpreter keeps "-m" as the program's name until it has found the module.
    if sys.argv[:1] != ["-m"] or "-m" not in sys.orig_argv:
        return False
    position = sys.orig_argv.index("-m") + 1
    return sys.orig_argv[position : position + 1] == ["pymongo_cpp"]


def unknown_level() -> str | None:
    """Return the value of ``PYMONGO_CPP_LEVEL`` where it is no level, for the status."""
    value = os.environ.get(LEVEL_VARIABLE, "")
    return value if value.strip() and level() is None else None


def unknown_value() -> str | None:
    """Return the value of ``PYMONGO_CPP`` where it is none of the known ones, for the status."""
    value = os.environ.get(VARIABLE, "")
    return value if value.strip() and mode() is Mode.UNSET else None
