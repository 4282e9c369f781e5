"""Draw the results of ``run.py`` as SVG.

``python benchmarks/plots.py benchmarks/results/full/cpython-3.12.json --out docs/plots``
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from pymongo_cpp.bench.timing import geometric_mean

Results = dict[str, Any]

# The same figures give the same bytes.
mpl.rcParams["svg.hashsalt"] = "pymongo-cpp"
_METADATA = {"Date": None}

OURS, THEIRS, GRID = "#1f6feb", "#9aa5b1", "#d0d7de"
OPERATIONS = ("encode", "decode", "decode_all", "decode_iter")


def _figure(results: Results, title: str, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, height), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    environment = results["environment"]
    figure.supxlabel(
        f"{environment['python']}, PyMongo {environment['pymongo']}, {environment['processor']}",
        fontsize=8,
        color="#57606a",
    )
    return figure, axes


def _rows(results: Results, group: str, operation: str) -> list[dict[str, Any]]:
    return [
        row for row in results["rows"] if row["group"] == group and row["operation"] == operation
    ]


def _ratio_bars(results: Results, group: str, operation: str, title: str, first: str) -> Figure:
    rows = sorted(_rows(results, group, operation), key=lambda row: row["ratios"]["C++"])
    figure, axes = _figure(results, title, 1.2 + 0.28 * len(rows))
    ratios = [row["ratios"]["C++"] for row in rows]
    bars = axes.barh([row["name"] for row in rows], ratios, color=OURS, height=0.7)
    axes.bar_label(bars, labels=[f"{ratio:.1f}x" for ratio in ratios], padding=3, fontsize=8)
    axes.axvline(1, color=THEIRS, linewidth=1.5, label=f"{first} = 1")
    mean = geometric_mean(ratios)
    axes.axvline(mean, color="#cf222e", linestyle="--", label=f"geometric mean {mean:.1f}x")
    axes.set_xlabel(f"times as fast as {first} (more is better)")
    axes.legend(loc="lower right")
    return figure


def _against_c(operation: str) -> Callable[[Results], Figure]:
    return lambda results: _ratio_bars(
        results, "documents", operation, f"{operation}, against PyMongo's C extension", "C"
    )


def spike(results: Results) -> Figure:
    """The spike's four operations, both sides' times."""
    rows = [row for op in OPERATIONS for row in _rows(results, "spike", op)]
    figure, axes = _figure(results, "The Rust spike's four operations", 3)
    labels = [f"{row['operation']} {row['name']}" for row in rows]
    for offset, side, colour in ((-0.2, "C", THEIRS), (0.2, "C++", OURS)):
        values = [row["us"][side]["best"] for row in rows]
        places = [index + offset for index in range(len(rows))]
        bars = axes.barh(places, values, height=0.38, color=colour, label=side)
        axes.bar_label(bars, labels=[f"{value:.2f}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(rows)), labels)
    axes.invert_yaxis()
    axes.set_xlabel("µs a document (less is better)")
    axes.legend()
    return figure


def formats(results: Results) -> Figure:
    """Geometric means over the documents that all formats hold, against msgspec."""
    figure, axes = _figure(results, "Serializers of other formats, on the same documents", 3)
    sides = ["msgspec", *_rows(results, "formats", "encode")[0]["ratios"]]
    names = {"C++": "pymongo_cpp (BSON)", "orjson": "orjson (JSON)"}
    for offset, operation, colour in ((-0.2, "encode", "#54aeff"), (0.2, "decode", "#0a3069")):
        rows = _rows(results, "formats", operation)
        means = [
            1.0 if side == "msgspec" else geometric_mean([row["ratios"][side] for row in rows])
            for side in sides
        ]
        places = [index + offset for index in range(len(sides))]
        bars = axes.barh(places, means, height=0.38, color=colour, label=operation)
        axes.bar_label(bars, labels=[f"{mean:.2f}" for mean in means], padding=3, fontsize=8)
    axes.set_yticks(range(len(sides)), [names.get(side, f"{side} (msgpack)") for side in sides])
    axes.invert_yaxis()
    axes.set_xlabel("times as fast as msgspec's msgpack, geometric mean (more is better)")
    axes.legend()
    return figure


def memory(results: Results) -> Figure:
    """Resident memory of the decoded documents."""
    figure, axes = _figure(results, "Memory of 20,000 decoded documents", 2.6)
    resident = results["memory"]["resident"]
    for offset, side, colour in ((-0.2, "C", THEIRS), (0.2, "C++", OURS)):
        values = [row["decode_all"][side]["resident"] / 1e6 for row in resident.values()]
        places = [index + offset for index in range(len(values))]
        bars = axes.barh(places, values, height=0.38, color=colour, label=side)
        axes.bar_label(bars, labels=[f"{value:.0f}" for value in values], padding=3, fontsize=8)
    axes.set_yticks(range(len(resident)), list(resident))
    axes.invert_yaxis()
    axes.set_xlabel("MB of resident memory (less is better)")
    axes.legend()
    return figure


def by_size(results: Results) -> Figure:
    """Nanoseconds a byte as documents grow: flat lines are cost in proportion to size."""
    figure, axes = _figure(results, "Cost a byte as a document grows", 4)
    styles = {"encode": "-", "decode": "--"}
    for name, points in results["memory"]["by_size"]["ns_per_byte"].items():
        side, operation = name.split()
        colour = THEIRS if side == "C" else OURS
        sizes = [int(size) for size in points]
        axes.plot(
            sizes, list(points.values()), styles[operation], color=colour, marker="o", label=name
        )
    axes.set_xscale("log", base=4)
    axes.xaxis.set_major_formatter(lambda size, _: f"{size / 1024:,.0f}")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("KiB a document")
    axes.set_ylabel("ns a byte")
    axes.legend()
    return figure


PLOTS: dict[str, Callable[[Results], Figure]] = {
    **{operation: _against_c(operation) for operation in OPERATIONS},
    "spike": spike,
    "formats": formats,
    "memory": memory,
    "by_size": by_size,
}


def draw(results: Results, folder: Path) -> list[Path]:
    """Write one SVG a plot and return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, plot in PLOTS.items():
        path = folder / f"{name}.svg"
        plot(results).savefig(path, metadata=_METADATA)
        written.append(path)
    return written


def main() -> int:
    """Draw all plots of one results file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="what run.py saved")
    parser.add_argument("--out", type=Path, default=Path("build/plots"), help="folder for the SVG")
    options = parser.parse_args()
    for path in draw(json.loads(options.results.read_text(encoding="utf-8")), options.out):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
