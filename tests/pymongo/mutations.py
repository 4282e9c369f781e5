"""Deterministic mutations of BSON documents, for PyMongo's fuzz targets."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

_LARGEST = 4096
_LENGTHS = (-1, 0, 1, 4, 5, 0x7FFFFFFF, -0x80000000)


def write_mutations(seeds: Sequence[bytes], folder: Path, count: int) -> None:
    """Write ``count`` mutated copies of ``seeds`` into ``folder``; the same ones every time."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(mutations(seeds, count)):
        (folder / f"mutation-{number:05d}").write_bytes(data)


def mutations(seeds: Sequence[bytes], count: int) -> Iterator[bytes]:
    """Yield ``count`` mutations of those ``seeds`` that are small enough to be fast."""
    # Not for secrets: the seed makes a failure repeatable.
    source = random.Random(0)
    small = [seed for seed in seeds if 5 <= len(seed) <= _LARGEST]
    for _ in range(count):
        data = bytearray(source.choice(small))
        for _ in range(source.randint(1, 3)):
            _mutate(data, source)
        if source.random() < 0.8 and len(data) >= 4:
            # A true length at the front lets the mutation be read at all.
            data[:4] = struct.pack("<i", len(data))
        yield bytes(data)


def _mutate(data: bytearray, source: random.Random) -> None:
    place = source.randrange(len(data)) if data else 0
    match source.randrange(5):
        case 0 if data:
            data[place] = source.randrange(256)
        case 1 if data:
            data[place] ^= 1 << source.randrange(8)
        case 2 if len(data) > 8:
            place = source.randrange(4, len(data) - 3)
            data[place : place + 4] = struct.pack("<i", source.choice(_LENGTHS))
        case 3 if data:
            del data[place : place + source.randint(1, 4)]
        case _:
            data[place:place] = source.randbytes(source.randint(1, 4))
