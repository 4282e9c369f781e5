"""The benchmark harness (``make bench``): every stream and operation, all sides taking turns.

Prints the environment, a table for each group, and each of the project's targets with what was
measured; saves all of it as JSON. Without PyMongo's real C extension it refuses to run.

What it does not measure: the network, the server, and PyMongo's own Python around the codec.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bson
from cases import Case, document_cases, option_cases, spike_cases, streams, wire_cases
from environment import describe
from formats import format_cases
from memory import lines as memory_lines
from memory import measure as measure_memory
from rich.console import Console
from rich.table import Table
from saved import path_of, save
from scenarios import all_scenarios
from targets import check

import pymongo_cpp
from pymongo_cpp.bench.baseline import BaselineError, Codec, c_codec, cpp_codec
from pymongo_cpp.bench.comparison import DisagreementError
from pymongo_cpp.bench.timing import geometric_mean, pinned, ratio, take_turns

GROUPS = ("documents", "spike", "options", "wire", "formats", "memory")
_QUICK = {"repeats": 5, "sample_seconds": 0.004}
_FULL = {"repeats": 15, "sample_seconds": 0.02}


def codecs() -> list[Codec]:
    """C, ours, and ours as PyMongo calls it with the drop-in installed.

    :raises BaselineError: where the C extension is missing or unused
    """
    found = [c_codec(), cpp_codec()]
    pymongo_cpp.install()
    found.append(Codec("drop-in", bson.encode, bson.decode, bson.decode_all, bson.decode_iter))
    return found


def measure(case: Case, settings: dict[str, Any]) -> dict[str, Any]:
    """Time one case; ratios are to its first side, above 1 where that one is slower."""
    times = take_turns(case.tasks, case.units, **settings)
    first = next(iter(times))
    return {
        "group": case.group,
        "operation": case.operation,
        "name": case.name,
        "documents": case.units,
        "bytes": case.size,
        "us": {side: {"best": m.best * 1e6, "median": m.median * 1e6} for side, m in times.items()},
        "ratios": {side: ratio(times[first], m) for side, m in times.items() if side != first},
    }


def all_cases(groups: list[str], sides: list[Codec]) -> Iterator[Case]:
    """The cases of the groups that are wanted."""
    documents = streams()
    if "documents" in groups:
        yield from document_cases(sides, documents)
    if "spike" in groups:
        yield from spike_cases(sides)
    if "options" in groups:
        yield from option_cases(sides, all_scenarios())
    if "wire" in groups:
        yield from wire_cases(documents)
    if "formats" in groups:
        yield from format_cases(sides[1], documents)


def group_table(group: str, rows: list[dict[str, Any]]) -> Table:
    """A group's rows: microseconds a document of each side, and the ratios to the first."""
    first, *others = rows[0]["us"]
    table = Table(title=f"{group}: µs a document (best), and how many times as fast as {first}")
    table.add_column("operation", no_wrap=True)
    table.add_column("documents", no_wrap=True)
    for heading in ("bytes", first, *(h for side in others for h in (side, "ratio"))):
        table.add_column(heading, justify="right")
    for row in rows:
        cells = [row["operation"], row["name"], f"{row['bytes']:.0f}"]
        cells.append(f"{row['us'][first]['best']:.3f}")
        for side in others:
            cells += [f"{row['us'][side]['best']:.3f}", f"{row['ratios'][side]:.2f}"]
        table.add_row(*cells)
    table.add_section()
    for operation in dict.fromkeys(row["operation"] for row in rows):
        cells = [operation, "geometric mean", "", ""]
        for side in others:
            values = [row["ratios"][side] for row in rows if row["operation"] == operation]
            cells += ["", f"{geometric_mean(values):.2f}"]
        table.add_row(*cells)
    return table


def targets_table(results: dict[str, Any]) -> tuple[Table, bool]:
    """Every target with its verdict, and whether all are reached."""
    table = Table(title="targets, against the C extension unless said otherwise")
    for heading in ("target", "measured", "verdict", "from"):
        table.add_column(heading, no_wrap=heading != "target")
    verdicts = check(results)
    for verdict in verdicts:
        word = "reached" if verdict.reached else "NOT REACHED"
        table.add_row(verdict.needed, f"{verdict.measured:.2f}x", word, verdict.worst)
    return table, all(verdict.reached for verdict in verdicts)


def run(options: argparse.Namespace, out: Console) -> dict[str, Any]:
    """Measure the groups that the command line names and print them as they come."""
    settings = _FULL if options.full else _QUICK
    sides = codecs()
    results: dict[str, Any] = {
        "environment": describe(),
        "settings": {**settings, "full": options.full},
        "rows": [],
    }
    for name, value in results["environment"].items():
        out.print(f"[bold]{name}[/bold]: {value}", highlight=False)
    with pinned() as core:
        results["settings"]["core"] = core
        for case in all_cases(options.groups, sides):
            if options.only and case.name not in options.only:
                continue
            results["rows"].append(measure(case, settings))
    for group in dict.fromkeys(row["group"] for row in results["rows"]):
        rows = [row for row in results["rows"] if row["group"] == group]
        for operation in dict.fromkeys(row["operation"] for row in rows):
            out.print(group_table(group, [row for row in rows if row["operation"] == operation]))
    if "memory" in options.groups:
        results["memory"] = measure_memory(repeats=settings["repeats"])
        out.print("\n".join(memory_lines(results["memory"])), highlight=False)
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="longer samples, for published figures")
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these documents")
    parser.add_argument("--output", type=Path, help="where to save (default: benchmarks/results)")
    parser.add_argument("--strict", action="store_true", help="fail where a target is not reached")
    return parser


def main() -> int:
    """Run; 0, or 1 where results differ or, if asked, a target is missed, or 2 without C."""
    options = _parser().parse_args()
    out = Console(width=max(110, Console().width))
    started = time.monotonic()
    try:
        results = run(options, out)
    except BaselineError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except DisagreementError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    table, reached = targets_table(results)
    out.print(table)
    results["targets"] = [vars(verdict) for verdict in check(results)]
    path = options.output or path_of("full" if options.full else "quick")
    save(results, path)
    out.print(f"{time.monotonic() - started:.0f} s; saved to {path}", highlight=False)
    return 1 if options.strict and not reached else 0


if __name__ == "__main__":
    raise SystemExit(main())
