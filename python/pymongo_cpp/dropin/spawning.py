"""Passing the drop-in on to the processes that :mod:`multiprocessing` starts afresh.

A forked process has it anyway. One that is spawned, or forked from the fork server, begins as a
new interpreter: it would run on another codec than the program that ``run`` started.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from pymongo_cpp.dropin.import_hook import ImportWatcher
from pymongo_cpp.dropin.installer import activate

SPAWN = "multiprocessing.spawn"


class _Activation:
    """Among the data that a parent pickles for its child: unpickling it activates the drop-in."""

    def __init__(self, source: str, level: str | None) -> None:
        self._source = source
        self._level = level

    def __reduce__(self) -> tuple[Any, tuple[str, str | None]]:
        return _activate_in_child, (self._source, self._level)


def _activate_in_child(source: str, level: str | None) -> None:
    activate(source, level)
    pass_on(source, level)


def pass_on(source: str, level: str | None = None) -> None:
    """Activate the drop-in in every process that :mod:`multiprocessing` spawns from now on.

    :param source: what the child's status names as having asked for it.
    :param level: as of :func:`pymongo_cpp.install`.
    """

    def wrap(spawn: ModuleType) -> None:
        get_preparation_data = spawn.get_preparation_data

        def with_activation(name: str) -> dict[str, Any]:
            data: dict[str, Any] = get_preparation_data(name)
            return {"pymongo_cpp": _Activation(source, level), **data}

        spawn.get_preparation_data = with_activation  # type: ignore[attr-defined]

    if SPAWN in sys.modules:
        wrap(sys.modules[SPAWN])
    else:
        ImportWatcher(SPAWN).watch_end(wrap)
