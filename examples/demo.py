"""Encode and decode real documents with PyMongo's C extension and with pymongo_cpp.

Proves that both give the same bytes and the same values, then prints what each takes. Run by
``make demo``. Without PyMongo's real C extension it refuses to print a ratio.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

import bson
import pymongo
from rich.console import Console
from rich.table import Table

from pymongo_cpp.bench.baseline import BaselineError, Codec, c_codec, c_module, cpp_codec
from pymongo_cpp.bench.comparison import DisagreementError, check_equal, codec_tasks
from pymongo_cpp.bench.documents import STREAMS
from pymongo_cpp.bench.readers import Document, driver_documents
from pymongo_cpp.bench.timing import geometric_mean, pinned, ratio, take_turns

DRIVER_DOCUMENTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "benchmark"
OWN_STREAMS = ("orders", "sensors", "articles", "non_ascii", "events", "wide", "nested")
COPIES = 100  # of a single document, so that a pass over it is long enough to time


def read_documents() -> tuple[str, dict[str, list[Document]]]:
    """The drivers' benchmark documents where they lie beside the project, else our own streams."""
    found = driver_documents(DRIVER_DOCUMENTS)
    if found:
        return "the MongoDB drivers' benchmark documents", {
            name: [document] * COPIES for name, document in found.items()
        }
    return "the project's own streams of distinct documents", {
        name: list(STREAMS[name].generate(COPIES)) for name in OWN_STREAMS
    }


def compare(c: Codec, cpp: Codec, streams: dict[str, list[Document]]) -> Table:
    """Time both codecs on every stream and lay out the figures."""
    ratios: dict[str, list[float]] = {"encode": [], "decode": []}
    table = Table(
        caption="CPU time of one process; both sides take turns; best of 9; geometric mean"
    )
    table.add_column("documents", no_wrap=True)
    table.add_column("bytes", justify="right")
    for operation in ratios:
        table.add_column(f"C {operation} µs", justify="right")
        table.add_column(f"C++ {operation} µs", justify="right")
        table.add_column("faster by", justify="right")
    for name, documents in streams.items():
        encoded = check_equal(c, cpp, documents)
        cells = [name, str(sum(map(len, encoded)) // len(encoded))]
        sides = {codec.name: codec_tasks(codec, documents, encoded) for codec in (c, cpp)}
        for operation in ratios:
            tasks = {side: operations[operation] for side, operations in sides.items()}
            times = take_turns(tasks, len(documents), repeats=9)
            faster = ratio(times[c.name], times[cpp.name])
            ratios[operation].append(faster)
            cells += [f"{time.best * 1e6:.2f}" for time in times.values()] + [f"{faster:.2f}x"]
        table.add_row(*cells)
    means = {operation: f"{geometric_mean(values):.2f}x" for operation, values in ratios.items()}
    table.add_section()
    table.add_row("mean", "", "", "", means["encode"], "", "", means["decode"])
    return table


def main() -> int:
    """Run the demonstration; 2 where there is no C extension, 1 where the results differ."""
    console = Console()
    started = time.monotonic()
    try:
        c, cpp = c_codec(), cpp_codec()
        origin, streams = read_documents()
        console.print(
            f"{platform.python_implementation()} {platform.python_version()}, "
            f"PyMongo {pymongo.version}; has_c() is {bson.has_c()}; C extension: "
            f"{Path(str(c_module().__file__)).name}\nReading {origin}."
        )
        with pinned():
            table = compare(c, cpp, streams)
    except BaselineError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except DisagreementError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    count = sum(map(len, streams.values()))
    console.print(f"{count} documents encoded to equal bytes and decoded to equal values.")
    console.print(table)
    console.print(f"took {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
