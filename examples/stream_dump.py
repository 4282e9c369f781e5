"""Stream a file of BSON documents, as mongodump writes it, in constant memory.

::

    python examples/stream_dump.py [FILE.bson]

Without a file it writes a small one first.
"""

from __future__ import annotations

import mmap
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pymongo_cpp

KINDS = ("created", "paid", "sent")


def write_dump(path: Path, count: int) -> None:
    """Write `count` events, one after another, as mongodump does."""
    with path.open("wb") as file:
        for number in range(count):
            file.write(pymongo_cpp.encode({"_id": number, "kind": KINDS[number % len(KINDS)]}))


def tally(path: Path) -> Counter[str]:
    """Count the documents by ``kind``, one in memory at a time."""
    with path.open("rb") as file:
        return Counter(str(document.get("kind")) for document in pymongo_cpp.decode_file_iter(file))


def tally_mapped(path: Path) -> int:
    """Count the documents over a memory map, which the system pages in as it is read."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return sum(1 for _ in pymongo_cpp.decode_iter(data))


def main() -> None:
    """Tally the file on the command line, or one made here."""
    if len(sys.argv) > 1:
        print(dict(tally(Path(sys.argv[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "events.bson"
        write_dump(dump, 3_000)
        counts = tally(dump)
        assert counts == Counter(dict.fromkeys(KINDS, 1_000))
        assert tally_mapped(dump) == 3_000
        print(f"{dump.stat().st_size} bytes: {dict(counts)}")


if __name__ == "__main__":
    main()
