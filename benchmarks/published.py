"""The published figures, taken by pyperf: many processes, calibrated, with their spread.

``python benchmarks/published.py --fast -o build/pyperf.json`` and then
``python -m pyperf stats build/pyperf.json``; without ``--fast`` it takes some minutes.
``run.py`` lets the sides take turns within one process and is the one to judge a change by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pyperf
from environment import describe

from pymongo_cpp.bench.baseline import c_codec, cpp_codec
from pymongo_cpp.bench.comparison import codec_tasks
from pymongo_cpp.bench.documents import STREAMS
from pymongo_cpp.bench.timing import Task

STREAM_NAMES = ("simple", "complex", "orders", "sensors", "articles", "non_ascii", "wide")
OPERATIONS = ("encode", "decode")
COUNT = 200  # documents in a pass


def _timer(task: Task) -> Callable[[int], float]:
    def run(loops: int) -> float:
        passes: Iterable[int] = range(loops)
        start = time.perf_counter()
        for _ in passes:
            task()
        return time.perf_counter() - start

    return run


def main() -> None:
    """Run every stream and operation with both codecs; pyperf adds its own options."""
    runner = pyperf.Runner(metadata={k.replace(" ", "_"): v for k, v in describe().items()})
    codecs = [c_codec(), cpp_codec()]
    for name in STREAM_NAMES:
        documents = list(STREAMS[name].generate(COUNT))
        encoded = [codecs[0].encode(document) for document in documents]
        for codec in codecs:
            tasks = codec_tasks(codec, documents, encoded)
            for operation in OPERATIONS:
                runner.bench_time_func(
                    f"{operation} {name} {codec.name}", _timer(tasks[operation]), inner_loops=COUNT
                )


if __name__ == "__main__":
    main()
