"""The figures in the documentation are what the results say, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import bson
import pytest

ENVIRONMENT = {
    "python": "CPython 3.12.1",
    "pymongo": "4.20.0",
    "C extension": "_cbson.so",
    "processor": "A processor",
    "commit": "abc1234",
    "C++ compiler": "GCC 12; more",
}


def _document(operation: str, name: str, ratio: float) -> dict[str, Any]:
    return {
        "group": "documents",
        "operation": operation,
        "name": name,
        "ratios": {"C++": ratio, "drop-in": ratio},
    }


FULL = {
    "environment": ENVIRONMENT,
    "rows": [
        _document(operation, name, ratio)
        for operation in ("encode", "decode", "decode_all", "decode_iter")
        for name, ratio in (("orders", 2.0), ("wide", 8.0))
    ],
    "targets": [
        {"needed": "encode, 6.5x", "measured": 4.0, "reached": False, "worst": "2 rows"},
        {"needed": "decode, 2.3x", "measured": 4.0, "reached": True, "worst": "2 rows"},
    ],
}
SPIKE = {
    "environment": ENVIRONMENT,
    "rows": [
        {
            "operation": operation,
            "name": "simple",
            "us": {"C": {"best": 1.0}, "C++": {"best": 0.2}, "pure Python": {"best": 6.0}},
            "ratios": {"C++": ratio, "pure Python": 0.2},
        }
        for operation, ratio in (("encode", 5.0), ("decode", 3.0))
    ],
}
SERVER = {
    "environment": ENVIRONMENT,
    "settings": {"documents": 100000, "rounds": 3},
    "conversations": [
        {
            "stream": "orders",
            "documents": 100000,
            "rows": [
                {
                    "operation": "find",
                    "client": "sync",
                    "us_per_document": {
                        "C": {"best": 9.0, "outside_codec_share": 0.25},
                        "pymongo_cpp": {"best": 4.5, "outside_codec_share": 0.5},
                    },
                }
            ],
        }
    ],
}


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch, project_root: Path) -> Any:
    """Import benchmarks/figures.py, which is a program in a folder that is no package."""
    monkeypatch.syspath_prepend(str(project_root / "benchmarks"))
    module: ModuleType = __import__("figures")
    yield module
    # Not matplotlib and what it imports: numpy cannot be loaded twice.
    for name in ("figures", "plots"):
        del sys.modules[name]


def test_the_pure_python_side_is_pure_and_leaves_bson_alone(
    monkeypatch: pytest.MonkeyPatch, project_root: Path
) -> None:
    monkeypatch.syspath_prepend(str(project_root / "benchmarks"))
    extension = bson._cbson
    module = __import__("pure_python")
    del sys.modules["pure_python"]
    codec = module.pure_python_codec()
    assert bson._cbson is sys.modules["bson._cbson"] is extension
    assert codec.encode.__globals__["_USE_C"] is False
    assert codec.decode(codec.encode({"n": 1})) == {"n": 1}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for kind, content in (("full", FULL), ("spike", SPIKE), ("server", SERVER)):
        for version in ("3.9", "3.12"):
            path = tmp_path / "results" / kind / f"cpython-{version}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")
    return tmp_path / "results"


def test_versions_are_ordered_by_number(figures: Any, results: Path) -> None:
    assert list(figures.load(results).full) == ["3.9", "3.12"]


def test_the_summary_has_mean_and_range(figures: Any, results: Path) -> None:
    summary = figures.summary(figures.load(results))
    assert "| faster than C by | CPython 3.9 | CPython 3.12 |" in summary
    assert "| `encode` | **4.0x** (2.0 to 8.0) | **4.0x** (2.0 to 8.0) |" in summary
    assert "over 2 kinds of documents" in summary
    assert "commit abc1234" in summary


def test_targets_that_are_missed_are_said_to_be(figures: Any, results: Path) -> None:
    targets = figures.targets(figures.load(results))
    assert "| encode, 6.5x | 4.00x | **no** | 2 rows |" in targets
    assert "| decode, 2.3x | 4.00x | yes | 2 rows |" in targets


def test_the_spikes_operations_have_an_arithmetic_mean(figures: Any, results: Path) -> None:
    table = figures.spike(figures.load(results))
    assert "| encode simple | 6.00 | 1.00 | 0.20 | 5.00x |" in table
    assert "**4.00x**" in table


def test_a_clients_work_is_shown_for_each_operation(figures: Any, results: Path) -> None:
    table = figures.server(figures.load(results))
    assert "| `find` | sync | 100,000 orders | 9.00 | 4.50 | 2.00x | 25% | 50% |" in table
    assert "best of 3" in table
    assert "commit abc1234" in table


def test_the_published_mean_is_the_published_one(figures: Any) -> None:
    assert "| arithmetic mean |  |  | 2.89x |" in figures.published(figures.Measured())


def test_without_results_a_page_says_so(figures: Any) -> None:
    nothing = figures.Measured()
    for block in ("summary", "targets", "plots", "spike", "server"):
        assert "`make bench" in figures.BLOCKS[block](nothing)


def test_only_what_stands_between_the_marks_is_replaced(figures: Any) -> None:
    page = "before\n<!-- figures: published -->\n9.99x\n<!-- end of figures -->\nafter 9.99x\n"
    filled = figures.fill(page, figures.Measured())
    assert filled.startswith("before\n<!-- figures: published -->\n| µs |")
    assert filled.endswith("<!-- end of figures -->\nafter 9.99x\n")
    assert figures.fill(filled, figures.Measured()) == filled


def test_check_finds_a_page_that_is_out_of_date(
    figures: Any,
    results: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path / "README.md"
    page.write_text("<!-- figures: summary -->\n9.99x\n<!-- end of figures -->\n", encoding="utf-8")
    monkeypatch.setattr(figures, "ROOT", tmp_path)
    arguments = ["figures.py", "--results", str(results)]

    monkeypatch.setattr(sys, "argv", [*arguments, "--check"])
    assert figures.main() == 1
    assert "README.md: out of date" in capsys.readouterr().out
    assert "9.99x" in page.read_text(encoding="utf-8")

    monkeypatch.setattr(sys, "argv", arguments)
    assert figures.main() == 0
    assert "**4.0x**" in page.read_text(encoding="utf-8")

    monkeypatch.setattr(sys, "argv", [*arguments, "--check"])
    assert figures.main() == 0


def test_every_page_names_blocks_that_there_are(figures: Any) -> None:
    named = [
        match[2]
        for page in figures.pages()
        for match in figures.BLOCK.finditer(page.read_text(encoding="utf-8"))
    ]
    assert set(named) == set(figures.BLOCKS)
