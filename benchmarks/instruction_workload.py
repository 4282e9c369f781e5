"""The fixed work whose instructions ``instructions.py`` counts; run under callgrind.

Prints the name of each task. Before and after each of a task's passes it calls ``getppid``, at
which callgrind writes down the count since the last such call.
"""

from __future__ import annotations

import gc
import os
import sys

from pymongo_cpp.bench.baseline import c_codec, cpp_codec
from pymongo_cpp.bench.comparison import codec_tasks
from pymongo_cpp.bench.documents import STREAMS

DOCUMENTS = 20
PASSES = 3  # the least of them counts: the first ones find the allocator in another state
STREAM_NAMES = (
    "simple",
    "orders",
    "sensors",
    "non_ascii",
    "events",
    "wide",
    "nested",
    "floats",
    "strings",
    "object_ids",
)


def main() -> None:
    """Run every task once to warm up, and then between marks."""
    codec = {"C": c_codec, "C++": cpp_codec}[sys.argv[1]]()
    for name in STREAM_NAMES:
        documents = list(STREAMS[name].generate(DOCUMENTS))
        encoded = [codec.encode(document) for document in documents]
        for operation, task in codec_tasks(codec, documents, encoded).items():
            task()
            gc.collect()
            gc.disable()
            for _ in range(PASSES):
                os.getppid()
                task()
            os.getppid()
            gc.enable()
            print(f"{operation} {name}")


if __name__ == "__main__":
    main()
