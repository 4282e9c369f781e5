"""Run something around a module's first import, leaving its spec and loader as they are.

``python -m pymongo_cpp enable`` copies this file into site-packages, where it runs at every start
of the interpreter. So it imports nothing that the interpreter has not loaded by then, nothing of
this package, and costs a fraction of a millisecond.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    End = Callable[[ModuleType | None], None]
    Begin = Callable[[], End]

failure: str | None = None
"""Why the copy in site-packages could not reach the drop-in, for the status report."""

armed = False
"""Where site-packages has two names, as lib and lib64 of a virtual environment, its .pth files run
twice."""


class ImportWatcher:
    """A meta path finder that finds nothing itself and is told of a module's import.

    Once on ``sys.meta_path`` it stays there, idle when cancelled: other threads walk that list
    without a lock, and one that is removed makes them skip its neighbour.
    """

    def __init__(self, module_name: str) -> None:
        self._module_name = module_name
        self._begin: Begin | None = None
        self._searching: set[int] = set()

    def watch(self, begin: Begin) -> None:
        """Call ``begin`` right before the module's code runs, and what it returns right after.

        The latter is called with the module, or with None if its code raised.
        """
        self._begin = begin
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def watch_end(self, callback: Callable[[ModuleType], None]) -> None:
        """Call ``callback`` with the module once it has been imported."""

        def end(module: ModuleType | None) -> None:
            if module is not None:
                callback(module)

        self.watch(lambda: end)

    def cancel(self) -> None:
        """Call nothing any more, except after an import that is under way."""
        self._begin = None

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the spec that the other finders give for the module, its execution wrapped."""
        thread = get_ident()
        if self._begin is None or name != self._module_name or thread in self._searching:
            return None
        # Other packages' hooks ask every finder, this one included, just as this one does.
        self._searching.add(thread)
        try:
            spec = self._find(name, path, target)
        finally:
            self._searching.remove(thread)
        if spec is not None and spec.loader is not None:
            self._wrap(spec.loader)
        return spec

    def _find(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find_spec(name, path, target) if find_spec else None
            if spec is not None:
                return spec
        return None

    def _wrap(self, loader: Any) -> None:
        original = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            # A loader of a zip archive serves every module in it.
            if module.__name__ != self._module_name:
                original(module)
                return
            if vars(loader).get("exec_module") is exec_module:
                del loader.exec_module
            # Not what was watched for when the module was looked for: that can be long ago.
            begin = self._begin
            end = begin() if begin is not None else None
            try:
                original(module)
            except BaseException:
                if end is not None:
                    end(None)
                raise
            if end is not None:
                end(module)

        # On the instance: loader and spec keep the classes that inspect and importlib know.
        loader.exec_module = exec_module


def arm(level: str | None = None) -> None:
    """Activate the drop-in when this process first imports :mod:`bson`, if it ever does.

    Does nothing under ``PYMONGO_CPP=0`` and where :mod:`bson` is loaded already.

    :param level: as of :func:`pymongo_cpp.install`.
    """
    global armed
    if armed or os.environ.get("PYMONGO_CPP", "").strip() == "0" or "bson" in sys.modules:
        return
    armed = True
    watcher = ImportWatcher("bson")
    watcher.watch_end(lambda _module: _activate(watcher, level))


def _activate(watcher: ImportWatcher, level: str | None) -> None:
    global failure
    watcher.cancel()
    try:
        from pymongo_cpp.dropin import activate
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
        if os.environ.get("PYMONGO_CPP", "").strip().lower() == "require":
            raise ImportError(f"PYMONGO_CPP=require: {failure}") from error
        return
    activate("enable", level)
