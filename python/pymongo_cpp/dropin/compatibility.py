"""Which PyMongo is there, and whether its private names are the ones the drop-in replaces.

Every supported version was read for the names below; a version outside the range, or one whose
names differ, leaves PyMongo untouched.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

OLDEST_SUPPORTED = (4, 9)
NEWEST_SUPPORTED = (4, 20)

_RAW_TO_DICT_SINCE = (4, 18)
"""First version whose C extension has ``_raw_to_dict`` and whose ``pymongo.message`` no longer
builds OP_QUERY and OP_GET_MORE."""

PUBLIC_WRAPPERS = ("encode", "decode", "decode_all")
PUBLIC_GENERATORS = ("decode_iter", "decode_file_iter")


class IncompatiblePyMongoError(ImportError):
    """The PyMongo that is installed cannot run on the native codec; the message says why."""


class PrivateNames(NamedTuple):
    """The names of one PyMongo version that the drop-in has to know.

    ``bson`` and ``message`` map an attribute of :mod:`bson` and :mod:`pymongo.message` to the
    function of ``bson._cbson`` and ``pymongo._cmessage`` that PyMongo binds it to.
    """

    cbson: frozenset[str]
    cmessage: frozenset[str]
    bson: dict[str, str]
    message: dict[str, str]


def private_names(version: tuple[int, int]) -> PrivateNames:
    """Return the private names of PyMongo ``version`` (major, minor)."""
    bound = ("_bson_to_dict", "_dict_to_bson", "_decode_all", "_array_of_documents_to_buffer")
    cbson = {*bound, "_element_to_dict", "_test_long_long_to_str"}
    message = {
        "_op_msg_uncompressed": "_op_msg",
        "_encode_batched_op_msg": "_encode_batched_op_msg",
        "_batched_op_msg": "_batched_op_msg",
        "_encode_batched_write_command": "_encode_batched_write_command",
    }
    # The C module keeps both functions in every version; only the binding went away.
    cmessage = {*message.values(), "_query_message", "_get_more_message"}
    if version >= _RAW_TO_DICT_SINCE:
        cbson.add("_raw_to_dict")
    else:
        message["_query_uncompressed"] = "_query_message"
        message["_get_more_uncompressed"] = "_get_more_message"
    return PrivateNames(
        frozenset(cbson),
        frozenset(cmessage),
        {name: name for name in bound},
        message,
    )


def pymongo_version() -> str | None:
    """Return the version of the PyMongo that an import gets, without importing it; None if none.

    PyMongo's ``_version.py`` is read as a file: importing the package to ask would load all of
    the driver into programs that use :mod:`bson` alone.
    """
    loaded = sys.modules.get("pymongo")
    version = getattr(loaded, "version", None)
    if isinstance(version, str):
        return version
    for folder in pymongo_folders():
        try:
            with open(os.path.join(folder, "_version.py"), encoding="utf-8") as file:
                source = file.read()
        except OSError:
            continue
        if match := re.search(r"""^__version__\s*(?::[^=]+)?=\s*["']([^"']+)["']""", source, re.M):
            return match[1]
    return None


def pymongo_folders() -> list[str]:
    """Return the folders of the ``pymongo`` package, imported or not."""
    loaded = sys.modules.get("pymongo")
    if loaded is not None:
        return list(getattr(loaded, "__path__", ()))
    try:
        spec = importlib.util.find_spec("pymongo")
    except (ImportError, ValueError):
        return []
    return list(spec.submodule_search_locations or ()) if spec is not None else []


def supported_version() -> tuple[int, int]:
    """Return (major, minor) of the PyMongo that is there.

    :raises IncompatiblePyMongoError: there is none, or it is outside the supported range.
    """
    version = pymongo_version()
    if version is None:
        raise IncompatiblePyMongoError("PyMongo is not installed, or its version cannot be read")
    match = re.match(r"(\d+)\.(\d+)", version)
    number = (int(match[1]), int(match[2])) if match else None
    if number is None or not OLDEST_SUPPORTED <= number <= NEWEST_SUPPORTED:
        raise IncompatiblePyMongoError(
            f"PyMongo {version} is not supported: "
            f"{_dotted(OLDEST_SUPPORTED)} to {_dotted(NEWEST_SUPPORTED)} are"
        )
    return number


def check_bson(bson: ModuleType, names: PrivateNames) -> None:
    """Check that ``bson`` is PyMongo's own, unpatched, with exactly the names that we replace.

    :raises IncompatiblePyMongoError: a name is missing, new, or bound to something else.
    """
    _raise_if_any("bson", _bson_differences(bson, names))


def check_message(message: ModuleType, names: PrivateNames) -> None:
    """Check :mod:`pymongo.message`, loaded without the drop-in, as :func:`check_bson` does."""
    _raise_if_any("pymongo.message", _message_differences(message, names))


def check_native(native: ModuleType, names: PrivateNames) -> None:
    """Check that the native extension has every function that this PyMongo calls.

    :raises IncompatiblePyMongoError: one is missing.
    """
    needed = names.cbson | names.cmessage | frozenset(PUBLIC_WRAPPERS)
    missing = sorted(name for name in needed if not callable(getattr(native, name, None)))
    _raise_if_any(native.__name__, (f"{name} is missing" for name in missing))


def _bson_differences(bson: ModuleType, names: PrivateNames) -> Iterator[str]:
    uses_c = getattr(bson, "_USE_C", None)
    if not isinstance(uses_c, bool):
        yield "it is not PyMongo's package (no _USE_C)"
        return
    cbson = getattr(bson, "_cbson", None) if uses_c else None
    if uses_c and cbson is None:
        yield "_USE_C is true without _cbson"
        return
    yield from _extension_differences(cbson, names.cbson)
    for attribute, function in names.bson.items():
        yield from _binding_differences(bson, attribute, cbson, function)
    for attribute in ("_element_to_dict", "_raw_to_dict", *PUBLIC_WRAPPERS, *PUBLIC_GENERATORS):
        yield from _binding_differences(bson, attribute, None, "")


def _message_differences(message: ModuleType, names: PrivateNames) -> Iterator[str]:
    uses_c = getattr(message, "_use_c", None)
    if not isinstance(uses_c, bool):
        yield "_use_c is missing"
        return
    cmessage = getattr(message, "_cmessage", None) if uses_c else None
    if uses_c and cmessage is None:
        yield "_use_c is true without _cmessage"
        return
    yield from _extension_differences(cmessage, names.cmessage)
    for attribute, function in names.message.items():
        yield from _binding_differences(message, attribute, cmessage, function)


def _extension_differences(extension: Any, expected: frozenset[str]) -> Iterator[str]:
    if extension is None:
        return
    found = {
        name
        for name, value in vars(extension).items()
        if callable(value) and not name.startswith("__")
    }
    for name in sorted(found ^ expected):
        yield f"{extension.__name__}.{name} is {'unknown' if name in found else 'missing'}"


def _binding_differences(
    module: ModuleType, attribute: str, extension: Any, function: str
) -> Iterator[str]:
    bound = getattr(module, attribute, None)
    if bound is None:
        yield f"{attribute} is missing"
    elif extension is not None:
        if bound is not getattr(extension, function, None):
            yield f"{attribute} is not {extension.__name__}.{function}: something patched it"
    elif not isinstance(bound, FunctionType) or bound.__module__ != module.__name__:
        yield f"{attribute} is not PyMongo's own function: something patched it"


def _raise_if_any(where: str, differences: Iterator[str]) -> None:
    reasons = list(differences)
    if reasons:
        raise IncompatiblePyMongoError(f"{where} is not as expected: " + "; ".join(reasons))


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
