"""Write the measured figures into README.md and docs/, and draw the plots of the site.

``python benchmarks/figures.py`` replaces what stands between ``<!-- figures: NAME -->`` and
``<!-- end of figures -->`` by what the newest results say, so that no figure is typed by hand.
``--check`` changes nothing and fails where a page does not say what the results say.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plots import OPERATIONS, PLOTS, draw
from saved import RESULTS

from pymongo_cpp.bench.timing import geometric_mean

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)

# What the spike published, in µs: its "C" side, which is pure-Python PyMongo, and its Rust side.
PUBLISHED = {
    ("encode", "simple"): (3.00, 2.18),
    ("decode", "simple"): (4.76, 1.18),
    ("encode", "complex"): (21.37, 21.27),
    ("decode", "complex"): (30.62, 5.95),
}
# The same script run again: its "C" side without and with PyMongo's real C extension.
RE_RUN = {
    ("encode", "simple"): (2.7, 0.74),
    ("decode", "simple"): (4.4, 0.75),
    ("encode", "complex"): (19.2, 2.47),
    ("decode", "complex"): (27.9, 3.42),
}

Results = dict[str, Any]


@dataclass
class Measured:
    """All results that are there, by CPython's version, oldest first."""

    full: dict[str, Results] = field(default_factory=dict)
    spike: dict[str, Results] = field(default_factory=dict)
    server: dict[str, Results] = field(default_factory=dict)
    json: dict[str, Results] = field(default_factory=dict)
    lazy: dict[str, Results] = field(default_factory=dict)


def load(folder: Path) -> Measured:
    """Read the results of the benchmarks that save some under a folder."""

    def kind(name: str) -> dict[str, Results]:
        files = [
            (tuple(map(int, re.findall(r"\d+", path.stem))), path)
            for path in (folder / name).glob("cpython-*.json")
        ]
        return {
            path.stem.removeprefix("cpython-"): json.loads(path.read_text(encoding="utf-8"))
            for _, path in sorted(files)
        }

    return Measured(**{name: kind(name) for name in ("full", "spike", "server", "json", "lazy")})


def _table(heading: list[str], rows: list[list[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _ratios(results: Results, operation: str, side: str) -> list[float]:
    return [
        row["ratios"][side]
        for row in results["rows"]
        if row["group"] == "documents" and row["operation"] == operation
    ]


def _conditions(results: Results) -> str:
    environment = results["environment"]
    return (
        f"{environment['python']}, PyMongo {environment['pymongo']} "
        f"(`{environment['C extension']}`), {environment['processor']}, "
        f"commit {environment['commit']}, {environment['C++ compiler'].split(';')[0]}"
    )


def _missing(what: str, command: str) -> str:
    return f"No {what} stand in `benchmarks/results/` yet; `{command}` takes them.\n"


def summary(measured: Measured) -> str:
    """README's table: geometric mean and range against the C extension."""
    if not measured.full:
        return _missing("figures", "make bench BENCH_ARGS=--full")
    rows = []
    for operation in OPERATIONS:
        cells = [f"`{operation}`"]
        for results in measured.full.values():
            ratios = _ratios(results, operation, "C++")
            cells.append(
                f"**{geometric_mean(ratios):.1f}x** ({min(ratios):.1f} to {max(ratios):.1f})"
            )
        rows.append(cells)
    newest = list(measured.full.values())[-1]
    count = len(_ratios(newest, "encode", "C++"))
    return (
        _table(["faster than C by", *(f"CPython {v}" for v in measured.full)], rows)
        + f"\nGeometric mean and range over {count} kinds of documents; CPU time, sides taking "
        f"turns in one process. Newest: {_conditions(newest)}.\n"
    )


def _targets(by_version: dict[str, Results]) -> str:
    if not by_version:
        return _missing("figures", "make bench BENCH_ARGS=--full")
    tables = []
    for version, results in by_version.items():
        rows = [
            [
                target["needed"].strip(),
                f"{target['measured']:.2f}x",
                "yes" if target["reached"] else "**no**",
                target["worst"],
            ]
            for target in results["targets"]
        ]
        tables.append(
            f"CPython {version}: {_conditions(results)}.\n\n"
            + _table(["to be reached", "measured", "reached", "from"], rows)
        )
    return "\n".join(tables)


def targets(measured: Measured) -> str:
    """Every target of the codec and what was measured, for each CPython."""
    return _targets(measured.full)


def json_targets(measured: Measured) -> str:
    """The same for JSON."""
    return _targets(measured.json)


def lazy_targets(measured: Measured) -> str:
    """The same for lazy documents and select()."""
    return _targets(measured.lazy)


def drawn(measured: Measured) -> str:
    """The newest CPython's plots, as images."""
    if not measured.full:
        return _missing("results to draw", "make bench BENCH_ARGS=--full")
    version = list(measured.full)[-1]
    return "\n".join(
        f"![{name.replace('_', ' ')}, CPython {version}](plots/cpython-{version}/{name}.svg)\n"
        for name in PLOTS
    )


def spike(measured: Measured) -> str:
    """The spike's four operations on all sides, newest CPython."""
    if not measured.spike:
        return _missing("figures of the spike's operations", "make bench-spike")
    results = list(measured.spike.values())[-1]
    rows, ratios = [], []
    for row in results["rows"]:
        us = {side: times["best"] for side, times in row["us"].items()}
        ratios.append(row["ratios"]["C++"])
        cells = [f"{us[side]:.2f}" for side in ("pure Python", "C", "C++")]
        rows.append([f"{row['operation']} {row['name']}", *cells, f"{ratios[-1]:.2f}x"])
    rows.append(["arithmetic mean", "", "", "", f"**{statistics.fmean(ratios):.2f}x**"])
    heading = ["µs", "PyMongo, pure Python", "PyMongo, C", "this codec", "against C"]
    return f"{_table(heading, rows)}\nTaken with {_conditions(results)}.\n"


def server(measured: Measured) -> str:
    """A client's CPU time for a document, on conversations recorded from real servers."""
    if not measured.server:
        return _missing("figures of a client's work", "make bench-server")
    results = list(measured.server.values())[-1]
    rows = []
    for conversation in results["conversations"]:
        documents = f"{conversation['documents']:,} {conversation['stream']}"
        for row in conversation["rows"]:
            c, ours = (row["us_per_document"][codec] for codec in ("C", "pymongo_cpp"))
            cells = [f"{c['best']:.2f}", f"{ours['best']:.2f}", f"{c['best'] / ours['best']:.2f}x"]
            cells += [f"{codec['outside_codec_share']:.0%}" for codec in (c, ours)]
            rows.append([f"`{row['operation']}`", row["client"], documents, *cells])
    heading = [
        *("operation", "client", "documents", "C, µs", "this codec, µs", "faster by"),
        *("outside the codec, C", "this codec"),
    ]
    return (
        f"{_table(heading, rows)}\nClient CPU time for a document, best of "
        f"{results['settings']['rounds']}. Taken with {_conditions(results)}.\n"
    )


def published(measured: Measured) -> str:
    """What the spike published, and what its own script gives when it is run again."""
    rows, ratios = [], []
    for key, (c, rust) in PUBLISHED.items():
        ratios.append(c / rust)
        pure, real = RE_RUN[key]
        cells = [f"{c:.2f}", f"{rust:.2f}", f"{c / rust:.2f}x", f"{pure:.1f}", f"{real:.2f}"]
        rows.append([" ".join(key), *cells])
    rows.append(["arithmetic mean", "", "", f"{statistics.fmean(ratios):.2f}x", "", ""])
    heading = [
        "µs",
        'published "C"',
        "published Rust",
        "published ratio",
        "re-run: pure Python",
        "re-run: real C",
    ]
    return _table(heading, rows)


BLOCKS: dict[str, Callable[[Measured], str]] = {
    "summary": summary,
    "targets": targets,
    "json-targets": json_targets,
    "lazy-targets": lazy_targets,
    "plots": drawn,
    "spike": spike,
    "server": server,
    "published": published,
}


def fill(text: str, measured: Measured) -> str:
    """A page with each of its blocks replaced.

    :raises KeyError: where a page names a block that there is none of
    """
    return BLOCK.sub(lambda match: match[1] + BLOCKS[match[2]](measured) + match[3], text)


def pages() -> list[Path]:
    """The Markdown files that may hold blocks."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail where a page is out of date")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--plots", type=Path, help="draw each full result into a folder of this")
    return parser


def main() -> int:
    """Update or check the pages; 1 where ``--check`` finds one that is out of date."""
    options = _parser().parse_args()
    measured = load(options.results)
    stale = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        filled = fill(text, measured)
        if filled == text:
            continue
        stale.append(page.relative_to(ROOT))
        if not options.check:
            page.write_text(filled, encoding="utf-8")
    for page in stale:
        print(f"{page}: {'out of date; run make figures' if options.check else 'written'}")
    if options.plots:
        for version, results in measured.full.items():
            draw(results, options.plots / f"cpython-{version}")
    return 1 if stale and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
