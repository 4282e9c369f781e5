"""Replacing objects wherever PyMongo's modules hold them, with a journal that puts them back."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, MutableMapping
from types import FunctionType, ModuleType
from typing import Any, Protocol

PACKAGES = ("bson", "pymongo", "gridfs")
"""The top-level packages of PyMongo's distribution."""

ABSENT: Any = object()
"""Stands for a binding that is not there."""


class Change(Protocol):
    """One binding that can be moved to its new value and back; moving twice does nothing."""

    def apply(self) -> None:
        """Bind the new value."""

    def undo(self) -> None:
        """Bind the old value again, unless somebody else has bound a third one since."""


class ItemChange:
    """A name in a namespace dictionary, as in ``module.__dict__`` or ``sys.modules``."""

    def __init__(self, namespace: MutableMapping[str, Any], name: str, new: Any) -> None:
        self._namespace = namespace
        self._name = name
        self._old = namespace.get(name, ABSENT)
        self._new = new

    def apply(self) -> None:
        """Bind the new value."""
        self._namespace[self._name] = self._new

    def undo(self) -> None:
        """Bind the old value again, or remove the name if it was not there."""
        if self._namespace.get(self._name, ABSENT) is not self._new:
            return
        if self._old is ABSENT:
            del self._namespace[self._name]
        else:
            self._namespace[self._name] = self._old


class AttributeChange:
    """An attribute of a class or of a function, such as ``__defaults__``.

    :param old: its value, or ABSENT where a class does not have it itself.
    """

    def __init__(self, owner: Any, name: str, old: Any, new: Any) -> None:
        self._owner = owner
        self._name = name
        self._old = old
        self._new = new

    def apply(self) -> None:
        """Bind the new value."""
        setattr(self._owner, self._name, self._new)

    def undo(self) -> None:
        """Bind the old value again, or remove the attribute if it was not there."""
        # Not getattr: a class must give its staticmethod, not the function inside.
        held = vars(self._owner).get(self._name, ABSENT) if isinstance(self._owner, type) else None
        if held is None:
            held = getattr(self._owner, self._name)
        if held is self._new and self._old is ABSENT:
            delattr(self._owner, self._name)
        elif held is self._new:
            setattr(self._owner, self._name, self._old)


class Journal:
    """Changes that were made, in order: all of them stay, or all are taken back."""

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def apply(self, changes: Iterable[Change]) -> None:
        """Make ``changes``; where one fails, take back everything in the journal and raise."""
        try:
            for change in changes:
                self._changes.append(change)
                change.apply()
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Take back every change, the last one first, keeping the journal for :meth:`redo`."""
        for change in reversed(self._changes):
            change.undo()

    def redo(self) -> None:
        """Make every change of the journal once more."""
        for change in self._changes:
            change.apply()


class Substitution:
    """Which object stands in for which, by identity."""

    def __init__(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        # The old objects are kept, so that an identity stays true for as long as it is used.
        self.pairs = [(old, new) for old, new in pairs if old is not new]
        self._by_identity = {id(old): new for old, new in self.pairs}

    def reversed(self) -> Substitution:
        """Return the substitution that leads back."""
        return Substitution((new, old) for old, new in self.pairs)

    def of(self, value: Any) -> Any:
        """Return what stands in for ``value``, or ABSENT."""
        return self._by_identity.get(id(value), ABSENT)

    def changes(self, modules: Iterable[ModuleType]) -> list[Change]:
        """Return the changes that substitute in the namespaces of ``modules``.

        Covers module globals, class attributes (plain, static and class methods) and the default
        arguments of functions and methods that the modules define.
        """
        found: list[Change] = []
        for module in modules:
            namespace = vars(module)
            for name, value in list(namespace.items()):
                new = self.of(value)
                if new is not ABSENT:
                    found.append(ItemChange(namespace, name, new))
                elif getattr(value, "__module__", None) == module.__name__:
                    found.extend(self._inside(value))
        return found

    def _inside(self, value: Any) -> Iterator[Change]:
        if isinstance(value, FunctionType):
            yield from self._in_defaults(value)
        elif isinstance(value, type):
            yield from self._in_class(value)

    def _in_class(self, owner: type) -> Iterator[Change]:
        for name, value in list(vars(owner).items()):
            function = getattr(value, "__func__", value)
            new = self.of(function)
            if new is not ABSENT:
                if isinstance(value, staticmethod | classmethod):
                    new = type(value)(new)
                yield AttributeChange(owner, name, value, new)
            elif isinstance(function, FunctionType):
                yield from self._in_defaults(function)

    def _in_defaults(self, function: FunctionType) -> Iterator[Change]:
        positional = function.__defaults__ or ()
        if any(self.of(value) is not ABSENT for value in positional):
            new = tuple(self._or_same(value) for value in positional)
            yield AttributeChange(function, "__defaults__", positional, new)
        keywords = function.__kwdefaults__ or {}
        for name, value in keywords.items():
            if self.of(value) is not ABSENT:
                yield ItemChange(keywords, name, self.of(value))

    def _or_same(self, value: Any) -> Any:
        new = self.of(value)
        return value if new is ABSENT else new


def loaded_modules(excluded: Iterable[Any] = ()) -> list[ModuleType]:
    """Return the loaded modules of PyMongo's packages, without those in ``excluded``."""
    unwanted = {id(module) for module in excluded}
    return [
        module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in PACKAGES
        and isinstance(module, ModuleType)
        and id(module) not in unwanted
    ]
