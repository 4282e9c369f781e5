"""Many threads encode and decode the same documents and share the same options.

The functions keep no state that threads could see half done. On a CPython with a GIL the threads
take turns; what they gain is that one may wait for a file or a socket while another works.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bson.codec_options import CodecOptions

import pymongo_cpp

OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)
SHARED = {"name": "shared", "items": [{"n": n, "text": "é" * (n % 7)} for n in range(200)]}
EXPECTED = pymongo_cpp.encode(SHARED, codec_options=OPTIONS)


def round_trips(worker: int) -> int:
    """Encode the shared document and one of the worker's own, and read both back."""
    own = {"worker": worker, "values": list(range(worker * 10))}
    for _ in range(100):
        assert pymongo_cpp.encode(SHARED, codec_options=OPTIONS) == EXPECTED
        assert pymongo_cpp.decode(EXPECTED, OPTIONS) == SHARED
        assert pymongo_cpp.decode(pymongo_cpp.encode(own)) == own
    return worker


def main() -> None:
    """Run eight workers at once."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        finished = list(pool.map(round_trips, range(8)))
    assert finished == list(range(8))
    print(f"{len(finished)} threads, {len(EXPECTED)} bytes each time, all equal")


if __name__ == "__main__":
    main()
