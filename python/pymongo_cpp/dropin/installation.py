"""One installation of the native codec into PyMongo: planned as a whole, applied, removed."""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from pymongo_cpp.dropin import compatibility, levels
from pymongo_cpp.dropin.full_level import FullLevel
from pymongo_cpp.dropin.modules import CBSON, CMESSAGE, stand_in
from pymongo_cpp.dropin.rebinding import (
    Change,
    ItemChange,
    Journal,
    Substitution,
    loaded_modules,
)

MESSAGE = "pymongo.message"
"""The only module of PyMongo that binds functions of ``pymongo._cmessage``."""


class Installation:
    """The native codec in the place of both C extensions of one PyMongo.

    :mod:`pymongo` may not be loaded yet. Then ``pymongo._cmessage`` is put into ``sys.modules``
    at once, so that PyMongo binds it like its own extension and never loads that, and whoever
    watches for the import of ``pymongo.message`` calls :meth:`begin_message`.

    :param bson: PyMongo's :mod:`bson`.
    :param native: the extension module that has the functions.
    :param generators: the module that has the generator functions over it.
    :param version: PyMongo's (major, minor).
    :param lock: held by whoever calls a method, and taken when ``pymongo.message`` is loaded.
    :param on_failure: called with the installation and the error where ``pymongo.message`` turns
        out, when it is loaded later, not to have the names it should.
    :raises IncompatiblePyMongoError: PyMongo's names are not those of its version.
    """

    def __init__(
        self,
        bson: ModuleType,
        native: Any,
        generators: ModuleType,
        version: tuple[int, int],
        lock: threading.RLock,
        on_failure: Callable[[Installation, ImportError], None],
    ) -> None:
        self._names = compatibility.private_names(version)
        compatibility.check_native(native, self._names)
        compatibility.check_bson(bson, self._names)
        self._message: ModuleType | None = sys.modules.get(MESSAGE)
        if self._message is not None:
            compatibility.check_message(self._message, self._names)
        self._bson = bson
        self._native = native
        self._lock = lock
        self._on_failure = on_failure
        self._cbson = stand_in(CBSON, native, self._names.cbson)
        self._cmessage = stand_in(CMESSAGE, native, self._names.cmessage)
        self._originals = [sys.modules.get(CBSON), sys.modules.get(CMESSAGE)]
        wrappers = _wrapper_pairs(bson, native, generators, self._names)
        self._pairs = [*wrappers, *_bson_pairs(bson, native, self._cbson, self._names)]
        self._journal = Journal()
        self._full_level = FullLevel(bson, native)
        self._removed = False

    def apply(self) -> None:
        """Replace both modules and every binding of their functions, or nothing."""
        changes = self._bson_changes()
        if self._message is not None:
            changes += self._message_changes(self._message)
        changes += self._substitute(self._pairs)
        self._journal.apply(changes)

    def set_level(self, level: str) -> None:
        """Replace as much as ``level`` says, from whatever level there is, once applied.

        :raises IncompatiblePyMongoError: the level cannot be had; the one there was stays.
        """
        if level == levels.FULL:
            self._full_level.apply()
        else:
            self._full_level.remove()

    def remove(self) -> None:
        """Put back what was there, in modules that were loaded since too.

        :raises ImportError: PyMongo's own ``_cmessage`` is needed now and cannot be loaded;
            everything stays as it was.
        """
        was_full = self._full_level.is_applied
        self._full_level.remove()
        self._journal.undo()
        try:
            self._substitute_back()
        except ImportError:
            self._journal.redo()
            if was_full:
                self._full_level.apply()
            raise
        self._removed = True

    def _substitute_back(self) -> None:
        """Take ours out of the modules that bound it when they were loaded."""
        if self._bound_at_import():
            # Ours kept PyMongo's own extension out until now.
            cmessage = importlib.import_module(CMESSAGE)
            self._pairs.append((cmessage, self._cmessage))
            self._pairs += self._function_pairs(cmessage)
        back = Substitution(self._pairs).reversed()
        for change in back.changes(loaded_modules(self._unscanned())):
            change.apply()

    def _bound_at_import(self) -> bool:
        """Say whether ``pymongo.message`` still holds ours with the journal taken back."""
        message = sys.modules.get(MESSAGE)
        return getattr(message, "_cmessage", None) is self._cmessage

    def _bson_changes(self) -> list[Change]:
        namespace = vars(self._bson)
        return [
            # This one first, and taken back last: while another thread can load PyMongo's own
            # _cmessage, PyMongo's own _cbson has to be there for it.
            ItemChange(_modules(), CMESSAGE, self._cmessage),
            ItemChange(_modules(), CBSON, self._cbson),
            ItemChange(namespace, "_cbson", self._cbson),
            ItemChange(namespace, "_USE_C", True),
        ]

    def _message_changes(self, message: ModuleType) -> list[Change]:
        """Return the changes that a loaded ``pymongo.message`` needs, noting its pairs."""
        self._pairs += self._message_pairs(message)
        return [
            ItemChange(vars(sys.modules["pymongo"]), "_cmessage", self._cmessage),
            ItemChange(vars(message), "_cmessage", self._cmessage),
            ItemChange(vars(message), "_use_c", True),
        ]

    def _message_pairs(self, message: ModuleType) -> list[tuple[Any, Any]]:
        pairs = [
            (getattr(message, attribute), getattr(self._native, function))
            for attribute, function in self._names.message.items()
        ]
        cmessage = getattr(message, "_cmessage", None)
        if cmessage is not None:
            pairs += [(cmessage, self._cmessage), *self._function_pairs(cmessage)]
        return pairs

    def _function_pairs(self, cmessage: ModuleType) -> list[tuple[Any, Any]]:
        names = self._names.cmessage
        return [(getattr(cmessage, name), getattr(self._native, name)) for name in names]

    def _substitute(self, pairs: list[tuple[Any, Any]]) -> list[Change]:
        return Substitution(pairs).changes(loaded_modules(self._unscanned()))

    def _unscanned(self) -> list[Any]:
        """PyMongo's extensions and ours keep their own functions."""
        return [
            self._cbson,
            self._cmessage,
            *self._originals,
            *(old for old, _ in self._pairs if isinstance(old, ModuleType)),
        ]

    def begin_message(self) -> Callable[[ModuleType | None], None]:
        """Prepare for the import of ``pymongo.message`` that is about to run.

        :return: to be called, without the lock, with the module once it is loaded, or with None
            if its import failed.
        """
        # A PyMongo without C extensions has Python functions under the names that it would bind
        # to ours; they can be put back only if its import finds no _cmessage.
        hidden = not _has_own_cmessage()
        if hidden:
            _modules()[CMESSAGE] = None

        def end(message: ModuleType | None) -> None:
            with self._lock:
                if hidden:
                    self._show_cmessage()
                if message is not None:
                    self._complete(message)

        return end

    def _show_cmessage(self) -> None:
        if self._removed:
            _modules().pop(CMESSAGE, None)
        else:
            _modules()[CMESSAGE] = self._cmessage

    def _complete(self, message: ModuleType) -> None:
        """Finish on ``pymongo.message``, which has just been loaded."""
        if self._removed:
            self._substitute_back()
            return
        try:
            compatibility.check_message(message, self._names)
            self._journal.apply(self._message_changes(message))
            self._journal.apply(self._substitute(self._pairs))
        except ImportError as error:
            self._on_failure(self, error)


def _bson_pairs(
    bson: ModuleType, native: Any, stand_in_module: ModuleType, names: compatibility.PrivateNames
) -> list[tuple[Any, Any]]:
    if bson._USE_C:
        # bson._element_to_dict, a Python function with other parameters, looks _cbson up.
        cbson = bson._cbson
        private = [(getattr(cbson, n), getattr(native, n)) for n in names.cbson]
        return [*private, (cbson, stand_in_module)]
    bound = [(getattr(bson, n), getattr(native, f)) for n, f in names.bson.items()]
    return [*bound, (bson._element_to_dict, _element_to_dict(native))]


def _wrapper_pairs(
    bson: ModuleType, native: Any, generators: ModuleType, names: compatibility.PrivateNames
) -> list[tuple[Any, Any]]:
    """Return the Python functions over the C extension's, and native ones with their signature."""
    functions = {name: name for name in compatibility.PUBLIC_WRAPPERS}
    if "_raw_to_dict" in names.cbson:
        functions["_raw_to_dict"] = "_raw_to_dict_with_names"
    return [
        *(
            (
                getattr(bson, name),
                native.NativeFunction(getattr(native, function), getattr(bson, name)),
            )
            for name, function in functions.items()
        ),
        *((getattr(bson, n), getattr(generators, n)) for n in compatibility.PUBLIC_GENERATORS),
    ]


def _element_to_dict(native: Any) -> Callable[..., Any]:
    """Return what PyMongo defines over a C extension, for one without."""

    def _element_to_dict(
        data: Any,
        view: Any,
        position: int,
        obj_end: int,
        opts: Any,
        raw_array: bool = False,
    ) -> Any:
        return native._element_to_dict(data, position, obj_end, opts, raw_array)

    return _element_to_dict


def _has_own_cmessage() -> bool:
    folders = compatibility.pymongo_folders()
    return importlib.machinery.PathFinder.find_spec(CMESSAGE, folders) is not None


def _modules() -> dict[str, Any]:
    """``sys.modules``, where None hides a module from import."""
    return sys.modules
