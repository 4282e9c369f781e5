"""PyMongo's two generator functions over the native iterators.

PyMongo's give generators: a program may call ``close()``, ``send()`` and ``throw()`` of them, and
:func:`inspect.isgenerator` is true. So these are generator functions too; a document costs the
resumption of a frame more than the native iterators of :mod:`pymongo_cpp` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, BinaryIO

from bson.codec_options import CodecOptions

from pymongo_cpp import _native


def decode_iter(data: bytes, codec_options: CodecOptions[Any] | None = None) -> Iterator[Any]:
    """Decode BSON documents that follow one another, one at a time, as a generator.

    :param data: any number of documents.
    :param codec_options: an instance of :class:`~bson.codec_options.CodecOptions`.
    :raises bson.errors.InvalidBSON: at the first document that is not well formed.
    """
    # Not `yield from`: what is sent to this generator is not for the iterator.
    for document in _native.decode_iter(data, codec_options):  # noqa: UP028
        yield document


def decode_file_iter(
    file_obj: BinaryIO | IO[bytes], codec_options: CodecOptions[Any] | None = None
) -> Iterator[Any]:
    """Decode the BSON documents of a file, one at a time, as a generator.

    :param file_obj: a binary file, of which each step reads one document.
    :param codec_options: an instance of :class:`~bson.codec_options.CodecOptions`.
    :raises bson.errors.InvalidBSON: at the first document that is not well formed.
    """
    for document in _native.decode_file_iter(file_obj, codec_options):  # noqa: UP028
        yield document
