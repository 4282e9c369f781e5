"""JSON for BSON: what :mod:`bson.json_util` does, and JSON without Python objects in between.

:func:`dumps` and :func:`loads` have the signatures and the behaviour of the functions of the same
names in :mod:`bson.json_util`::

    >>> from pymongo_cpp.json import dumps, loads
    >>> dumps({"answer": 42})
    '{"answer": 42}'

:func:`bson_to_json` and :func:`json_to_bson` turn the bytes of a document into JSON text and back.
For web answers there is plain JSON, of whole batches at once, with :func:`stream_json_array`::

    >>> import bson
    >>> from pymongo_cpp.json import bson_to_json
    >>> bson_to_json(bson.encode({"_id": bson.ObjectId("65a1b2c3d4e5f60718293a4b")}), mode="plain")
    b'{"_id":"65a1b2c3d4e5f60718293a4b"}'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import bson
from bson import json_util
from bson.json_util import (
    CANONICAL_JSON_OPTIONS,
    DEFAULT_JSON_OPTIONS,
    LEGACY_JSON_OPTIONS,
    RELAXED_JSON_OPTIONS,
    DatetimeRepresentation,
    JSONMode,
    JSONOptions,
)
from bson.json_util import loads as _json_util_loads

from pymongo_cpp._native import (
    NativeFunction,
    _json_dumps,
    _json_loads,
    _json_to_bson,
    _use_json_util,
    bson_to_json,
    bson_to_json_array,
    bson_to_json_lines,
)

__all__ = [
    "CANONICAL_JSON_OPTIONS",
    "DEFAULT_JSON_OPTIONS",
    "LEGACY_JSON_OPTIONS",
    "RELAXED_JSON_OPTIONS",
    "DatetimeRepresentation",
    "JSONMode",
    "JSONOptions",
    "bson_to_json",
    "bson_to_json_array",
    "bson_to_json_lines",
    "dumps",
    "json_to_bson",
    "loads",
    "stream_json_array",
    "stream_json_lines",
]

if TYPE_CHECKING:
    from array import array
    from mmap import mmap

    _Buffer = bytes | bytearray | memoryview | mmap | array[Any]
    _Mode = Literal["relaxed", "canonical", "legacy", "plain"]


def dumps(obj: Any, *args: Any, **kwargs: Any) -> str:
    """Return `obj` as Extended JSON, as :func:`bson.json_util.dumps` does.

    Arguments of :func:`json.dumps` are accepted, but any of them leaves the work to
    :mod:`bson.json_util`.

    :param obj: any value that :mod:`bson.json_util` can convert, not only documents.
    :param json_options: a :class:`~bson.json_util.JSONOptions`; relaxed Extended JSON by default.
    :raises TypeError: for values that are not JSON serializable.
    :raises ValueError: as :func:`bson.json_util.dumps`, such as for a UUID without representation.
    :raises RecursionError: for too many values within values.

    .. versionadded:: 0.1
    """
    return _json_dumps(obj, *args, **kwargs)


def loads(s: str | bytes | bytearray, *args: Any, **kwargs: Any) -> Any:
    """Return the value of Extended JSON text, as :func:`bson.json_util.loads` does.

    Arguments of :func:`json.loads` are accepted, but any of them leaves the work to
    :mod:`bson.json_util`, as do document classes other than :class:`dict`.

    :param s: the text; bytes are UTF-8, UTF-16 or UTF-32.
    :param json_options: a :class:`~bson.json_util.JSONOptions`; naive datetimes by default.
    :raises json.JSONDecodeError: for malformed text, with the line and the column.
    :raises TypeError: for type wrappers of the wrong form, as do :exc:`ValueError`,
        :exc:`KeyError` and :exc:`~bson.errors.InvalidId`.
    :raises RecursionError: for too many values within values.

    .. versionadded:: 0.1
    """
    return _json_loads(s, *args, **kwargs)


_use_json_util(json_util)
if not TYPE_CHECKING:
    # Without a frame of Python code around each call.
    dumps = NativeFunction(_json_dumps, dumps)
    loads = NativeFunction(_json_loads, loads)


def json_to_bson(text: str | _Buffer) -> bytes:
    """Return the BSON document that Extended JSON text holds.

    The result is that of ``bson.encode(bson.json_util.loads(text))``, and so are the exceptions,
    but no Python objects are made. Canonical, relaxed and legacy forms are read; deprecated types
    become what :mod:`bson.json_util` makes of them.

    :param text: one JSON object; bytes are UTF-8.
    :raises json.JSONDecodeError: for malformed text, with the line and the column.
    :raises TypeError: for text that is no object, or type wrappers of the wrong form, as do
        :exc:`ValueError`, :exc:`KeyError` and :exc:`~bson.errors.InvalidId`.
    :raises OverflowError: for integers beyond 64 bits.
    :raises RecursionError: for too many values within values.
    :raises UnicodeEncodeError: for strings with lone surrogates.
    :raises bson.errors.InvalidDocument: for keys with a zero byte.

    Other threads run while 2 KiB of text or more are converted.

    .. versionadded:: 0.1
    """
    data = _json_to_bson(text)
    if data is not None:
        return data
    # What the extension refuses is rare; json_util decides and words the exception.
    if not isinstance(text, str | bytes | bytearray):
        text = bytes(text)
    return bson.encode(_json_util_loads(text))


def stream_json_lines(
    batches: Iterable[_Buffer], mode: _Mode = "relaxed", **policies: Any
) -> Iterator[bytes]:
    """Yield the JSON lines of each batch of BSON documents.

    :param batches: buffers of any number of documents each, such as
        :meth:`~pymongo.collection.Collection.find_raw_batches` gives.
    :param mode: as :func:`bson_to_json_lines`, and so are `policies`.
    :raises bson.errors.InvalidBSON: for a batch that is not whole documents.
    :raises ValueError: as :func:`bson_to_json_lines`, at the first batch.

    .. versionadded:: 0.1
    """
    for batch in batches:
        lines = bson_to_json_lines(batch, mode, **policies)
        if lines:
            yield lines


def stream_json_array(
    batches: Iterable[_Buffer], mode: _Mode = "relaxed", **policies: Any
) -> Iterator[bytes]:
    """Yield the pieces of one JSON array of all documents in all batches.

    :param batches: buffers of any number of documents each, such as
        :meth:`~pymongo.collection.Collection.find_raw_batches` gives.
    :param mode: as :func:`bson_to_json_array`, and so are `policies`.
    :raises bson.errors.InvalidBSON: for a batch that is not whole documents.
    :raises ValueError: as :func:`bson_to_json_lines`, at the first batch.

    .. versionadded:: 0.1
    """
    separator = b"," if mode == "plain" else b", "
    before = b"["
    for batch in batches:
        items = bson_to_json_array(batch, mode, **policies)[1:-1]
        if items:
            yield before + items
            before = separator
    yield b"[]" if before == b"[" else b"]"
