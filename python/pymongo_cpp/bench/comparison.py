"""What two codecs are compared by: equal results first, then the same passes of both."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo_cpp.bench.baseline import Codec
from pymongo_cpp.bench.readers import Document
from pymongo_cpp.bench.timing import Task, drain


class DisagreementError(RuntimeError):
    """The two codecs gave different results: their times must not be compared."""


def check_equal(c: Codec, cpp: Codec, documents: Sequence[Document]) -> list[bytes]:
    """Prove that both sides give the same bytes and the same values.

    :returns: the encoded documents
    :raises DisagreementError: where they do not
    """
    encoded = []
    for index, document in enumerate(documents):
        data = c.encode(document)
        if cpp.encode(document) != data:
            raise DisagreementError(f"document {index}: the encoded bytes differ")
        ours, theirs = cpp.decode(data), c.decode(data)
        # Encoding tells the types of numbers apart, and repr the rest; == alone would do neither
        # (and is false for NaN).
        if repr(ours) != repr(theirs) or c.encode(ours) != c.encode(theirs):
            raise DisagreementError(f"document {index}: the decoded values differ")
        encoded.append(data)
    return encoded


def codec_tasks(codec: Codec, documents: list[Document], encoded: list[bytes]) -> dict[str, Task]:
    """One pass of each operation over all documents, ready to be timed.

    :param encoded: the same documents in BSON
    :returns: by operation: encode, decode, decode_all, decode_iter
    """
    stream = b"".join(encoded)
    return {
        "encode": lambda: drain(map(codec.encode, documents)),
        "decode": lambda: drain(map(codec.decode, encoded)),
        "decode_all": lambda: codec.decode_all(stream),
        "decode_iter": lambda: drain(codec.decode_iter(stream)),
    }
