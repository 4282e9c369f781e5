"""Read the documents to measure with from files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bson import json_util
from bson.errors import BSONError

Document = dict[str, Any]

_SMALLEST_DOCUMENT = 5  # bytes: the length and the final NUL
_DRIVER_DOCUMENTS = {
    "flat": "flat_bson.json",
    "deep": "deep_bson.json",
    "full": "full_bson.json",
    "tweet": "tweet.json",
    "small": "small_doc.json",
}


class ReadError(ValueError):
    """A file that does not hold what its name promises."""


def split_bson(data: bytes, limit: int | None = None) -> Iterator[bytes]:
    """Yield each document of a file of concatenated BSON documents, such as mongodump writes.

    :param data: the file's bytes
    :param limit: stop after that many documents
    :raises ReadError: where a length does not fit into what remains
    """
    position = 0
    count = 0
    while position < len(data) and (limit is None or count < limit):
        size = int.from_bytes(data[position : position + 4], "little", signed=True)
        if size < _SMALLEST_DOCUMENT or size > len(data) - position:
            raise ReadError(f"not a BSON document at byte {position}: its length reads {size}")
        yield data[position : position + size]
        position += size
        count += 1


def read_bson(
    path: Path, decode: Callable[[bytes], Document], limit: int | None = None
) -> Iterator[Document]:
    """Yield each document of a file of concatenated BSON documents.

    :param decode: what decodes one
    :param limit: stop after that many documents
    :raises ReadError: where there is none at some place, or `decode` refuses it
    """
    for number, data in enumerate(split_bson(path.read_bytes(), limit), 1):
        try:
            yield decode(data)
        except BSONError as error:
            raise ReadError(f"{path.name}, document {number}: {error}") from error


def read_json_lines(path: Path, limit: int | None = None) -> Iterator[Document]:
    """Yield each line's document, read as MongoDB Extended JSON; empty lines are passed over.

    :raises ReadError: where a line is not a JSON object
    """
    count = 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if limit is not None and count >= limit:
                return
            if not line.strip():
                continue
            try:
                document = json_util.loads(line)
            except (ValueError, TypeError, BSONError) as error:
                raise ReadError(f"{path.name}, line {number}: {error}") from error
            if not isinstance(document, dict):
                raise ReadError(f"{path.name}, line {number}: not a JSON object")
            count += 1
            yield document


def driver_documents(folder: Path) -> dict[str, Document]:
    """The documents of the MongoDB drivers' benchmark specification that lie in ``folder``.

    :returns: by short name (flat, deep, full, tweet, small); empty where the folder has none
    """
    return {
        name: json_util.loads((folder / file).read_text(encoding="utf-8"))
        for name, file in _DRIVER_DOCUMENTS.items()
        if (folder / file).is_file()
    }
