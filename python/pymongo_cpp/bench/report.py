"""What the command-line benchmark shows: a table in the terminal and a plot."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

EXTRA = "pip install 'pymongo-cpp[bench]'"


class MissingExtraError(RuntimeError):
    """An optional package that the report needs is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed: {EXTRA}")


def console() -> Console:
    """A terminal to print on.

    :raises MissingExtraError: where rich is not installed
    """
    try:
        from rich.console import Console
    except ImportError as error:
        raise MissingExtraError("rich") from error
    return Console(highlight=False, markup=False)  # a file's name is not markup


def print_report(out: Console, report: dict[str, Any]) -> None:
    """Print the times, the ratios and the shares of a report.

    :param report: what :func:`pymongo_cpp.bench.cli.measure` returns
    """
    from rich.table import Table

    table = Table(
        title=f"{report['source']}: {report['documents']} documents, "
        f"{report['mean_size']:.0f} bytes on average"
    )
    table.add_column("operation")
    for heading in ("C µs/document", "C++ µs/document", "C MB/s", "C++ MB/s", "C++ is faster by"):
        table.add_column(heading, justify="right")
    for name, row in report["operations"].items():
        table.add_row(
            name,
            f"{row['c_us']:.3f}",
            f"{row['cpp_us']:.3f}",
            f"{row['c_mb_s']:.0f}",
            f"{row['cpp_mb_s']:.0f}",
            f"{row['ratio']:.2f}x",
        )
    out.print(table)

    shares = Table(title="share of time by BSON type (estimated, each type timed alone)")
    shares.add_column("type")
    columns = [(side, operation) for operation in ("encode", "decode") for side in ("C", "C++")]
    for side, operation in columns:
        shares.add_column(f"{side} {operation}", justify="right")
    for name in report["shares"]["C++"]["encode"]:
        cells = (report["shares"][side][operation].get(name, 0.0) for side, operation in columns)
        shares.add_row(name, *(f"{share:.0%}" for share in cells))
    out.print(shares)
    out.print(
        f"{report['python']}; C++ is pymongo_cpp {report['pymongo_cpp']}, C is PyMongo "
        f"{report['pymongo']} with {report['c_extension']}. Equal bytes and values; CPU time of "
        f"one process on core {report['core']}, both sides taking turns, collector off. Network "
        "and server are not measured."
    )


def save_plot(path: Path, report: dict[str, Any]) -> None:
    """Draw both sides' times, by operation, as SVG (or what the file's suffix names).

    :raises MissingExtraError: where matplotlib is not installed
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib") from error

    figure = Figure(figsize=(7, 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = list(report["operations"])
    for offset, (label, key, colour) in enumerate(
        (("C extension", "c_us", "#9aa5b1"), ("pymongo_cpp", "cpp_us", "#1f6feb"))
    ):
        values = [report["operations"][name][key] for name in names]
        positions = [index + (offset - 0.5) * 0.38 for index in range(len(names))]
        axes.barh(positions, values, height=0.36, label=label, color=colour)
    for index, name in enumerate(names):
        row = report["operations"][name]
        axes.annotate(f" {row['ratio']:.1f}x", (row["cpp_us"], index + 0.19), va="center")
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlabel("µs a document (less is better)")
    axes.set_title(f"{report['source']}, {report['python']}, PyMongo {report['pymongo']}")
    figure.legend(loc="outside lower right", ncols=2, frameon=False)  # not over a bar
    figure.savefig(path)
