"""``install()`` and ``uninstall()``: one lock, and both of PyMongo's modules or neither."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Callable
from types import ModuleType

from pymongo_cpp.dropin import compatibility, environment, levels
from pymongo_cpp.dropin.import_hook import ImportWatcher
from pymongo_cpp.dropin.installation import MESSAGE, Installation
from pymongo_cpp.dropin.modules import CMESSAGE

NATIVE = "pymongo_cpp._native"
"""The extension module; importing it imports :mod:`bson`."""
GENERATORS = "pymongo_cpp.dropin.generators"
"""Imports the extension module."""


class _State:
    """What this process's drop-in is doing; read and written under ``lock``."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.installation: Installation | None = None
        self.level: str | None = None
        self.enabled_by: str | None = None
        self.reason: str | None = None
        self.waiting: tuple[str, str | None] | None = None


state = _State()


def install(level: str | None = None) -> bool:
    """Make PyMongo run on the native codec in this process.

    May come before or after ``import bson`` and ``import pymongo``, any number of times and from
    any thread. Code that took ``bson.encode`` and the like before keeps working, on the native
    codec. ``PYMONGO_CPP=0`` in the environment wins: nothing is installed. Under ``PYMONGO_CPP=1``
    a PyMongo that does not fit is left as it is instead of raising.

    :param level: how much to replace: ``"default"`` is both C extensions and the functions of
        :mod:`bson` around them, ``"full"`` also ``ObjectId``, ``RawBSONDocument`` and
        ``is_valid``. Where another level is installed, this one takes its place. None leaves an
        installed level, and is ``"default"`` where there is none. ``PYMONGO_CPP_LEVEL`` in the
        environment wins.
    :return: True if PyMongo runs on the native codec now; :func:`status` says why not.
    :raises ValueError: ``level`` is unknown.
    :raises IncompatiblePyMongoError: (an ImportError) this PyMongo's version or private names are
        not the ones that are supported; PyMongo is untouched.
    :raises ImportError: the native extension cannot be loaded; PyMongo is untouched.

    .. versionadded:: 0.1
    """
    if level is not None and level not in levels.LEVELS:
        raise ValueError(f"unknown level {level!r}: use one of {', '.join(levels.LEVELS)}")
    _install_as_the_environment_says(level, "install()", environment.mode())
    return state.installation is not None


def activate(source: str, level: str | None = None) -> None:
    """Install on behalf of the environment rather than of code, falling back silently.

    The start-up hook, ``python -m pymongo_cpp run`` and ``import pymongo_cpp`` under
    ``PYMONGO_CPP=1`` call this. The reason for a fallback is in the status.

    :param source: what asked for it, for the status.
    :param level: as of :func:`install`.
    :raises ImportError: the native codec cannot serve and ``PYMONGO_CPP=require`` is set.
    """
    mode = environment.mode()
    _install_as_the_environment_says(
        level, source, environment.Mode.ON if mode is environment.Mode.UNSET else mode
    )


def activate_from_environment() -> None:
    """Install if ``PYMONGO_CPP`` is ``1`` or ``require``; ``import pymongo_cpp`` ends with this.

    Also makes up for an activation that came while the native extension was being imported.

    :raises ImportError: the native codec cannot serve and ``PYMONGO_CPP=require`` is set.
    """
    with state.lock:
        waiting, state.waiting = state.waiting, None
    if waiting is not None:
        activate(*waiting)
    elif environment.mode() in (environment.Mode.ON, environment.Mode.REQUIRE):
        activate(environment.VARIABLE)


def uninstall() -> None:
    """Put back exactly what PyMongo had before :func:`install`; does nothing if not installed.

    Objects that other code took from :mod:`bson` while the native codec served stay native, and
    keep working.

    :raises ImportError: PyMongo was first imported under the drop-in and its own C extension can
        no longer be loaded; the drop-in then stays installed.

    .. versionadded:: 0.1
    """
    with state.lock:
        if state.installation is not None:
            state.installation.remove()
            _record(None, None, None, "not switched on: uninstall() was called")


def _install_as_the_environment_says(
    level: str | None, source: str, mode: environment.Mode
) -> None:
    if mode is environment.Mode.OFF:
        with state.lock:
            if state.installation is None:
                state.reason = f"switched off by {environment.VARIABLE}=0"
        return
    try:
        _install(level, source)
    except ImportError as error:
        with state.lock:
            state.reason = str(error)
        if environment.is_raising():
            _raise_with_variable(error)
        if mode is environment.Mode.UNSET:
            raise


def _raise_with_variable(error: ImportError) -> None:
    prefix = f"{environment.VARIABLE}=require"
    raise type(error)(f"{prefix}: {error}") from error


def _install(level: str | None, source: str) -> None:
    level = environment.level() or level
    version = compatibility.supported_version()
    # Every import comes before the lock: a thread that is importing bson may be waiting for it.
    if _is_being_imported(NATIVE):
        # It imports bson, whose import activates: its functions are there, but cannot run yet.
        # Waiting for it is no way out: if another thread imports it, that thread waits for us.
        with state.lock:
            state.waiting = (source, level)
        return
    native = importlib.import_module(NATIVE)
    generators = importlib.import_module(GENERATORS)
    bson = importlib.import_module("bson")
    # Inside the import of bson, a thread that is importing pymongo waits for us, not we for it.
    awaited = {MESSAGE, CMESSAGE} if _is_being_imported("bson") else {"pymongo", MESSAGE, CMESSAGE}
    while True:
        with state.lock:
            if state.installation is not None:
                state.installation.set_level(level or state.level or levels.DEFAULT)
                state.level = level or state.level
                return
            half_imported = [name for name in awaited if _is_being_imported(name)]
            if not half_imported:
                installation = Installation(
                    bson, native, generators, version, state.lock, _withdraw
                )
                _apply(installation, level or levels.DEFAULT)
                _record(installation, level or levels.DEFAULT, source, None)
                return
        awaited -= _wait_for_other_threads(half_imported)


def _apply(installation: Installation, level: str) -> None:
    installation.apply()
    try:
        installation.set_level(level)
    except ImportError:
        installation.remove()
        raise


def _wait_for_other_threads(names: list[str]) -> set[str]:
    """Let other threads finish importing ``names``; return those that this thread is importing."""
    for name in names:
        # CPython's error where this thread and the other wait for each other.
        with contextlib.suppress(RuntimeError):
            importlib.import_module(name)
    return {name for name in names if _is_being_imported(name)}


def _is_being_imported(name: str) -> bool:
    spec = getattr(sys.modules.get(name), "__spec__", None)
    return bool(getattr(spec, "_initializing", False))


def _begin_message() -> Callable[[ModuleType | None], None]:
    """Tell the installation, if there is one, that ``pymongo.message`` is about to be loaded."""
    # The lock settles who comes first: an install() that has not looked yet whether the module is
    # being imported will find that it is, and one that has looked is complete.
    with state.lock:
        if state.installation is not None:
            return state.installation.begin_message()
    return lambda _message: None


def _withdraw(installation: Installation, error: ImportError) -> None:
    """Give up an installation that turns out not to fit, once PyMongo loads its other half."""
    with state.lock:
        if state.installation is installation:
            installation.remove()
            _record(None, None, None, str(error))
    if environment.is_raising():
        _raise_with_variable(error)


def _record(
    installation: Installation | None,
    level: str | None,
    enabled_by: str | None,
    reason: str | None,
) -> None:
    state.installation = installation
    state.level = level
    state.enabled_by = enabled_by
    state.reason = reason


# From now on, not from install() on: an import that began unwatched would be missed.
_message_watcher = ImportWatcher(MESSAGE)
_message_watcher.watch(_begin_message)

# A fork while another thread is half-way through must wait, or the child inherits a locked lock
# and a PyMongo between two codecs.
os.register_at_fork(
    before=state.lock.acquire,
    after_in_parent=state.lock.release,
    after_in_child=state.lock.release,
)
