"""What the Atheris targets share: options from a byte, comparison, and the end at a disagreement.

The oracle is PyMongo without its C extension (`support.oracle.PURE`). The C extension itself takes
no part: it reads outside its buffer on some of these inputs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import atheris
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import InvalidBSON, InvalidDocument
from bson.raw_bson import RawBSONDocument
from support.canonical import Outcome
from support.encoded import DBREF_IN_SCOPE
from support.options import NOT_DEFAULT

from pymongo_cpp import _native

OPTIONS: tuple[CodecOptions[Any], ...] = (
    CodecOptions(),
    CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_MS),
    NOT_DEFAULT,
    CodecOptions(
        uuid_representation=3,
        unicode_decode_error_handler="surrogateescape",
        datetime_conversion=DatetimeConversion.DATETIME_CLAMP,
    ),
)


def take_options(data: bytes) -> tuple[bytes, CodecOptions[Any]]:
    """Return `data` without its last byte, and the options which that byte chooses."""
    return data[:-1], OPTIONS[data[-1] % len(OPTIONS)] if data else OPTIONS[0]


class DisagreementError(Exception):
    """Two codecs that should agree do not."""


@dataclass(frozen=True)
class KnownDifference:
    """Where the C extension, which is followed, differs from pure Python."""

    name: str
    why: str
    applies: Callable[[Outcome, Outcome], bool]
    """Whether our outcome and pure Python's differ in this way."""


def _batched(value: Any) -> int:
    """Return how many documents a batch holds; 0 for what is no batch."""
    return len(value[1]) if isinstance(value, tuple) and isinstance(value[1], list) else 0


def _documents(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_too_short(value: Any) -> bool:
    return isinstance(value, RawBSONDocument) and len(value.raw) < 5


KNOWN_DIFFERENCES = (
    KnownDifference(
        "DBRef in a scope",
        "pure Python makes a DBRef of a scope with such keys, and then refuses to make the Code",
        lambda ours, pure: DBREF_IN_SCOPE in str(pure.error),
    ),
    KnownDifference(
        "NUL beside a surrogate",
        "of two reasons to refuse a key or pattern, pure Python looks for a zero byte first",
        lambda ours, pure: (
            isinstance(ours.error, UnicodeEncodeError)
            and isinstance(pure.error, InvalidDocument)
            and "must not contain a NUL" in str(pure.error)
        ),
    ),
    KnownDifference(
        "document after a full batch",
        "pure Python encodes one document more than it sends, and so raises that one's error",
        lambda ours, pure: (
            ours.error is None and pure.error is not None and isinstance(ours.value, tuple)
        ),
    ),
    KnownDifference(
        "document that ends a batch's last bytes",
        "pure Python leaves a document's type byte and the end of its key out of what it compares "
        "with max_split_size",
        lambda ours, pure: 0 < _batched(ours.value) == _batched(pure.value) - 1,
    ),
    KnownDifference(
        "raw document of under five bytes",
        "pure Python takes a length of two to four whose last byte is zero for a document's",
        lambda ours, pure: (
            isinstance(ours.error, InvalidBSON) and any(map(_is_too_short, _documents(pure.value)))
        ),
    ),
)


def require_same(
    what: str, ours: Outcome, pure: Outcome, c: Callable[[], Outcome] | None = None
) -> None:
    """Raise DisagreementError unless both gave the same value or the same class of error.

    :param c: gives the C extension's outcome, which ours must equal where a known difference
        applies; None for malformed bytes, which it cannot be trusted with.
    """
    if ours.loose == pure.loose:
        return
    known = any(difference.applies(ours, pure) for difference in KNOWN_DIFFERENCES)
    if known and (c is None or c().exact == ours.exact):
        return
    raise DisagreementError(f"{what}\n  ours: {ours!r}\n  pure: {pure!r}")


def require_error(what: str, outcome: Outcome, *expected: type[Exception]) -> None:
    """Raise DisagreementError when `outcome` is an error of none of the `expected` classes."""
    if outcome.error is not None and not isinstance(outcome.error, expected):
        raise DisagreementError(f"{what}\n  ours: {outcome!r}")


def fuzz(target: Callable[[bytes], None]) -> None:
    """Hand inputs to `target` as the command line, which is libFuzzer's, asks."""
    if "/build/" not in str(_native.__file__):
        raise RuntimeError("the extension is not the one that was built for fuzzing")
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
