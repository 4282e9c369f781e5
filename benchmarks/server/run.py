"""What a client's CPU time for a document is, end to end: ``make bench-server``.

A real server would hide the client behind its own time, so a conversation with it is recorded once
and played back over a loopback socket as fast as the client reads. Both codecs take turns in one
process. Measured is the CPU time of the client's process, garbage collection included; a further
pass for each figure times the calls into the codec, for the share that is left outside of it.

What it does not measure: the server, a real network, compression and TLS.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bson
from rich.console import Console
from rich.table import Table

from benchmarks.environment import describe
from benchmarks.saved import path_of, save
from benchmarks.server.codecs import CODECS, activate
from benchmarks.server.conversation import load, make_documents, recorded
from benchmarks.server.workloads import WORKLOADS, Documents, Sample, Workload, read_back
from pymongo_cpp.bench.baseline import BaselineError

ROOT = Path(__file__).resolve().parents[2]

# FerretDB takes no Decimal128, which the orders have.
CONVERSATIONS = (("ferretdb", "sensors"), ("mongo-java-server", "orders"))


def main() -> int:
    """Run; 0, or 1 where the codecs disagree, or 2 without PyMongo's C extension."""
    options = _parser().parse_args()
    out = Console(width=max(110, Console().width))
    started = time.monotonic()
    try:
        results = {
            "environment": describe(),
            "settings": {"documents": options.documents, "rounds": options.rounds},
            "conversations": [
                measure_conversation(server, stream, options.documents, options.rounds)
                for server, stream in CONVERSATIONS
            ],
        }
    except BaselineError as error:
        print(f"bench-server: {error}", file=sys.stderr)
        return 2
    except DisagreementError as error:
        print(f"bench-server: {error}", file=sys.stderr)
        return 1
    for conversation in results["conversations"]:
        out.print(_table(conversation))
    path = options.output or path_of("server")
    save(results, path)
    out.print(f"{time.monotonic() - started:.0f} s; saved to {path}", highlight=False)
    return 0


class DisagreementError(RuntimeError):
    """The codecs read different documents from the same conversation."""


def measure_conversation(server: str, stream: str, count: int, rounds: int) -> dict[str, Any]:
    """Measure every workload on one conversation.

    :raises DisagreementError: the codecs do not read the same.
    """
    file = recorded(server, stream, count)
    conversation = load(file)
    documents = make_documents(stream, count)
    with _playing(file) as port:
        _compare(port, documents)
        rows = [_measure(workload, port, documents, rounds) for workload in WORKLOADS]
    return {
        "server": server,
        "stream": stream,
        "documents": count,
        "bytes_per_document": conversation.find_bytes / count,
        "rows": rows,
    }


def _measure(workload: Workload, port: int, documents: Documents, rounds: int) -> dict[str, Any]:
    samples: dict[str, list[Sample]] = {codec: [] for codec in CODECS}
    timed: dict[str, list[Sample]] = {codec: [] for codec in CODECS}
    # The first round only warms up. The timed passes take their turns with the others.
    for turn in range(rounds + 1):
        for codec in CODECS:
            activate(codec)
            plain = workload.run(port, documents, False)
            with_clock = workload.run(port, documents, True)
            if turn:
                samples[codec].append(plain)
                timed[codec].append(with_clock)
    activate("C")
    return {
        "operation": workload.operation,
        "client": workload.client,
        "us_per_document": {
            codec: _figures(samples[codec], timed[codec], len(documents)) for codec in CODECS
        },
    }


def _figures(plain: list[Sample], timed: list[Sample], count: int) -> dict[str, float]:
    fastest = min(timed, key=lambda sample: sample.cpu)
    assert fastest.codec is not None
    return {
        "best": min(sample.cpu for sample in plain) / count * 1e6,
        "median": statistics.median(sample.cpu for sample in plain) / count * 1e6,
        "wall": min(sample.wall for sample in plain) / count * 1e6,
        "codec": fastest.codec / count * 1e6,
        "outside_codec_share": 1 - fastest.codec / fastest.cpu,
    }


def _compare(port: int, documents: Documents) -> None:
    expected = [bson.encode(document) for document in documents]
    for codec in CODECS:
        activate(codec)
        read = read_back(port)
        activate("C")
        if [bson.encode(document) for document in read] != expected:
            raise DisagreementError(f"{codec} reads other documents than were written")


@contextmanager
def _playing(file: Path) -> Iterator[int]:
    """Start the player and give its port; the end of its standard input stops it."""
    command = [sys.executable, "-m", "benchmarks.server.player", str(file)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _table(conversation: dict[str, Any]) -> Table:
    table = Table(
        title=(
            f"{conversation['documents']} {conversation['stream']} recorded from "
            f"{conversation['server']}, {conversation['bytes_per_document']:.0f} bytes each: "
            "client CPU µs a document (best)"
        )
    )
    for heading in ("operation", "client"):
        table.add_column(heading)
    for heading in ("C", "pymongo_cpp", "C / pymongo_cpp", "in C", "in pymongo_cpp"):
        table.add_column(heading, justify="right")
    for heading in ("outside the codec, C", "pymongo_cpp"):
        table.add_column(heading, justify="right")
    for row in conversation["rows"]:
        c, cpp = (row["us_per_document"][codec] for codec in CODECS)
        table.add_row(
            *(row["operation"], row["client"]),
            *(f"{c['best']:.2f}", f"{cpp['best']:.2f}", f"{c['best'] / cpp['best']:.2f}x"),
            *(f"{c['codec']:.2f}", f"{cpp['codec']:.2f}"),
            *(f"{c['outside_codec_share']:.0%}", f"{cpp['outside_codec_share']:.0%}"),
        )
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each figure")
    parser.add_argument(
        "--output", type=Path, help="where to save (default: benchmarks/results/server)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
