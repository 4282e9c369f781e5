"""``level="full"``: native code in the place of PyMongo's Python around the codec.

The classes stay the objects that they are, so that ``type(x) is bson.ObjectId`` and every
``isinstance`` hold; their methods are replaced one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from pymongo_cpp.dropin.compatibility import IncompatiblePyMongoError
from pymongo_cpp.dropin.rebinding import (
    ABSENT,
    AttributeChange,
    Change,
    Journal,
    Substitution,
    loaded_modules,
)

_OBJECT_ID_STATE = ("_inc", "_inc_lock", "_pid", "_random", "_ObjectId__random")
"""What the native generator of ObjectIds shares with PyMongo's."""


class GeneratorChange:
    """Which generator new ObjectIds come from; both draw from one counter."""

    def __init__(self, native: Any) -> None:
        self._native = native

    def apply(self) -> None:
        """Let them come from the native one."""
        self._native._generate_object_ids(True)

    def undo(self) -> None:
        """Let them come from PyMongo's, which goes on where the native one stopped."""
        self._native._generate_object_ids(False)


class FullLevel:
    """What the full level replaces beyond the default level.

    :param bson: PyMongo's :mod:`bson`, with its own functions.
    :param native: the extension module.
    """

    def __init__(self, bson: ModuleType, native: Any) -> None:
        self._bson = bson
        self._native = native
        self._pairs: list[tuple[Any, Any]] = []
        self._journal: Journal | None = None

    @property
    def is_applied(self) -> bool:
        """Whether the replacements are in place."""
        return self._journal is not None

    def apply(self) -> None:
        """Replace everything, or nothing; does nothing where that is done.

        :raises IncompatiblePyMongoError: something patched what is to be replaced.
        """
        if self._journal is not None:
            return
        journal = Journal()
        journal.apply(self._changes())
        self._journal = journal

    def remove(self) -> None:
        """Put back what was there, in modules that were loaded since too."""
        if self._journal is None:
            return
        self._journal.undo()
        self._journal = None
        for change in Substitution(self._pairs).reversed().changes(loaded_modules()):
            change.apply()

    def _changes(self) -> list[Change]:
        changes: list[Change] = []
        try:
            replacements = self._native._full_level_attributes()
        except ImportError as error:
            raise IncompatiblePyMongoError(str(error)) from error
        for owner, attributes in replacements:
            _check(owner, attributes)
            changes += [
                AttributeChange(owner, name, vars(owner).get(name, ABSENT), new)
                for name, new in attributes.items()
            ]
        changes.append(GeneratorChange(self._native))
        is_valid = self._bson.is_valid
        self._pairs = [(is_valid, self._native._stand_in_for_is_valid(is_valid))]
        return changes + Substitution(self._pairs).changes(loaded_modules())


def _check(owner: type, attributes: dict[str, Any]) -> None:
    """Check that ``owner`` has PyMongo's own methods under the names that are replaced.

    :raises IncompatiblePyMongoError: one was replaced or is missing.
    """
    differences = list(_differences(owner, attributes))
    if differences:
        raise IncompatiblePyMongoError(
            f"{owner.__module__}.{owner.__name__} is not as expected: " + "; ".join(differences)
        )


def _differences(owner: type, attributes: dict[str, Any]) -> Iterator[str]:
    own = vars(owner)
    for name in attributes:
        # A name that the class does not have itself it inherits from Mapping.
        value = own.get(name, ABSENT)
        if value is not ABSENT and not (
            isinstance(value, FunctionType) and value.__module__ == owner.__module__
        ):
            yield f"{name} is not PyMongo's own function: something patched it"
    if owner.__name__ == "ObjectId":
        yield from (f"{name} is missing" for name in _OBJECT_ID_STATE if name not in own)
