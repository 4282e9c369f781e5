"""Interpreters beside the first one, by whichever interface this CPython has.

| CPython | interface | their GIL |
| --- | --- | --- |
| 3.14 | `concurrent.interpreters` | their own |
| 3.13 | `_interpreters` | their own, with the configuration "isolated" |
| 3.12 | `_xxsubinterpreters` | their own if isolated, and then without datetime in C; else shared |
| 3.11 | `_xxsubinterpreters` | shared: there is one only |

datetime's C implementation supports a GIL of an interpreter's own since 3.13, and the codec makes
its values through it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any, NamedTuple


class Interface(NamedTuple):
    """What a test does with another interpreter. `run` returns None, or what went wrong."""

    name: str
    own_gil: bool
    create: Callable[[], Any]
    run: Callable[[Any, str], Any]
    destroy: Callable[[Any], None]


def _concurrent(module: Any) -> Interface:
    def run(interpreter: Any, source: str) -> Any:
        try:
            interpreter.exec(source)
        except module.ExecutionFailed as error:
            return error
        return None

    return Interface(module.__name__, True, module.create, run, lambda made: made.close())


def _isolated(module: Any) -> Interface:
    def create() -> Any:
        interpreter = module.create("isolated")
        assert module.get_config(interpreter).gil == "own"
        return interpreter

    return Interface(module.__name__, True, create, module.run_string, module.destroy)


def _sharing(module: Any) -> Interface:
    def create() -> Any:
        return module.create(isolated=False)

    return Interface(module.__name__, False, create, module.run_string, module.destroy)


_INTERFACES: tuple[tuple[str, Callable[[Any], Interface]], ...] = (
    ("concurrent.interpreters", _concurrent),
    ("_interpreters", _isolated),
    ("_xxsubinterpreters", _sharing),
)


def interface() -> Interface:
    """Return the newest interface that there is, with a GIL of their own where datetime has it.

    :raises ImportError: this Python has none.
    """
    for name, make in _INTERFACES:
        try:
            return make(importlib.import_module(name))
        except ModuleNotFoundError:
            continue
    raise ImportError(f"no interface to interpreters in {sys.version}")
