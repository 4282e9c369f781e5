"""``python -m pymongo_cpp bench``: C against C++ on the user's own documents."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pymongo

import pymongo_cpp
from pymongo_cpp.bench import report as reporting
from pymongo_cpp.bench.baseline import BaselineError, Codec, c_codec, c_module, cpp_codec
from pymongo_cpp.bench.comparison import DisagreementError, check_equal, codec_tasks
from pymongo_cpp.bench.documents import STREAMS
from pymongo_cpp.bench.readers import Document, ReadError, read_bson, read_json_lines
from pymongo_cpp.bench.shares import time_shares
from pymongo_cpp.bench.timing import pinned, ratio, take_turns

_SHARES_SAMPLE = 200  # documents; the estimate needs no more


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not 1 or more")
    return number


def _plot_file(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".svg", ".png", ".pdf"):
        raise argparse.ArgumentTypeError(f"{text} is not named .svg, .png or .pdf")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pymongo_cpp bench",
        description="Time pymongo_cpp against PyMongo's C extension on your own documents. "
        "Bytes and values of both are checked to be equal first.",
        epilog="Exit codes: 0; 1 where the codecs' results differ; 2 where there is nothing to "
        "read or to compare with.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "file",
        nargs="?",
        type=Path,
        help="concatenated BSON (.bson, as mongodump writes) or Extended JSON lines (.jsonl)",
    )
    source.add_argument(
        "--generate",
        nargs="?",
        const="orders",
        choices=sorted(STREAMS),
        metavar="STREAM",
        help=f"make the documents instead: {', '.join(sorted(STREAMS))} (orders, if none is named)",
    )
    parser.add_argument(
        "--limit", type=_positive, metavar="N", help="use at most this many documents"
    )
    parser.add_argument(
        "--repeats", type=_positive, metavar="N", default=9, help="samples of each (default: 9)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="save the figures")
    parser.add_argument(
        "--plot", type=_plot_file, metavar="FILE.svg", help="save a plot (.svg, .png or .pdf)"
    )
    return parser


def load(options: argparse.Namespace, reference: Codec) -> list[Document]:
    """The documents that the command line names.

    :raises ReadError: where the file does not hold documents
    :raises OSError: where it cannot be read
    """
    if options.generate:
        return list(STREAMS[options.generate].generate(options.limit))
    if options.file.suffix in (".jsonl", ".ndjson", ".json"):
        documents = list(read_json_lines(options.file, options.limit))
    else:
        documents = list(read_bson(options.file, reference.decode, options.limit))
    if not documents:
        raise ReadError(f"{options.file.name} holds no documents")
    return documents


def measure(
    source: str,
    documents: list[Document],
    c: Codec,
    cpp: Codec,
    *,
    repeats: int = 9,
    progress: Callable[[str], None] = lambda step: None,
) -> dict[str, Any]:
    """Time both codecs on the documents.

    :param source: what to call the documents
    :param progress: called with the name of each step when it begins
    :returns: times in µs a document, throughputs, ratios, shares and versions
    :raises DisagreementError: where the codecs' results differ
    """
    progress("check")
    encoded = check_equal(c, cpp, documents)
    size = sum(map(len, encoded))
    operations = {}
    with pinned() as core:
        sides = codec_tasks(c, documents, encoded), codec_tasks(cpp, documents, encoded)
        for name in sides[0]:
            progress(name)
            tasks = {"c": sides[0][name], "cpp": sides[1][name]}
            times = take_turns(tasks, len(documents), repeats=repeats)
            operations[name] = {"ratio": ratio(times["c"], times["cpp"])}
            for side, time in times.items():
                operations[name][f"{side}_us"] = time.best * 1e6
                operations[name][f"{side}_mb_s"] = size / len(documents) / time.best / 1e6
        shares = {}
        for codec in (c, cpp):
            progress(f"shares of {codec.name}")
            shares[codec.name] = time_shares(codec, documents[:_SHARES_SAMPLE])
    return {
        "source": source,
        "documents": len(documents),
        "bytes": size,
        "mean_size": size / len(documents),
        "operations": operations,
        "shares": shares,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "pymongo": pymongo.version,
        "c_extension": Path(str(c_module().__file__)).name,
        "pymongo_cpp": pymongo_cpp.__version__,
        "core": core,
    }


def _measure_with_progress(
    out: Any, source: str, documents: list[Document], codecs: tuple[Codec, Codec], repeats: int
) -> dict[str, Any]:
    from rich.progress import Progress

    steps = 7  # the check, four operations, two estimates of shares
    with Progress(console=out, transient=True) as bar:
        task = bar.add_task("starting", total=steps)
        begun = 0

        def progress(step: str) -> None:
            nonlocal begun
            bar.update(task, description=step, completed=begun)
            begun += 1

        return measure(source, documents, *codecs, repeats=repeats, progress=progress)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :param arguments: the command line without the program's name
    :returns: 0; 1 where the codecs' results differ; 2 where a file, the C extension or an optional
        package is missing
    """
    options = _parser().parse_args(arguments)
    try:
        out = reporting.console()
        c, cpp = c_codec(), cpp_codec()
        documents = load(options, c)
        source = options.generate or options.file.name
        report = _measure_with_progress(out, source, documents, (c, cpp), options.repeats)
        reporting.print_report(out, report)
        if options.json:
            options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        if options.plot:
            reporting.save_plot(options.plot, report)
    except DisagreementError as error:
        print(f"pymongo_cpp bench: {error}", file=sys.stderr)
        return 1
    except (BaselineError, ReadError, OSError, reporting.MissingExtraError) as error:
        print(f"pymongo_cpp bench: {error}", file=sys.stderr)
        return 2
    return 0
