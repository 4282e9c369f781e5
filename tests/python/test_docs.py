"""The documentation's own code: Python blocks run, and what the pages name exists.

A page's blocks run one after another as one program. What a block needs and the reader need not
see, stands before it in a comment: ``<!-- setup``, a line of Python each, ``-->``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.pages import PAGES, ROOT, blocks, languages, name

COMMAND = re.compile(r"python -m pymongo_cpp ([a-z]+)")
MAKE = re.compile(r"\bmake ([^`\n#]*)")


def _setups(page: Path) -> list[tuple[int, str]]:
    """Return line number and text of a page's hidden Python."""
    text = page.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, found.start(1)), found[1])
        for found in re.finditer(r"^<!-- setup\n(.*?)^-->", text, re.MULTILINE | re.DOTALL)
    ]


def _program(page: Path) -> str:
    """A page's Python as one program, whose tracebacks name the page's own lines."""
    parts = [
        f"exec(compile({chr(10) * line + text!r}, {str(page)!r}, 'exec'), globals())"
        for line, text in sorted(_setups(page) + blocks(page, "python"))
    ]
    return "\n".join(parts)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name)
def test_python_blocks_run_in_their_order(page: Path, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYMONGO_CPP"}
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", _program(page)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert result.returncode == 0, result.stderr


def _make_targets(text: str) -> set[str]:
    rules = re.findall(r"^([a-z][a-z0-9 -]*):", text, re.MULTILINE)
    return {target for rule in rules for target in rule.split()}


def _called_targets(line: str) -> list[str]:
    """Return the targets of a `make` command: its words that set no variable."""
    words = line.split()
    return [word for word in words if re.fullmatch(r"[a-z][a-z0-9-]*", word)]


def _commands(page: Path) -> list[str]:
    """Return the page's shell lines and its code spans."""
    text = page.read_text(encoding="utf-8")
    lines = [line for _, block in blocks(page, "sh", "console") for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def test_every_make_target_that_a_page_names_exists() -> None:
    targets = _make_targets((ROOT / "Makefile").read_text(encoding="utf-8"))
    called = {
        (name(page), target)
        for page in PAGES
        for command in _commands(page)
        for found in MAKE.findall(command)
        for target in _called_targets(found)
    }
    assert len(called) > 20
    assert {(page, target) for page, target in called if target not in targets} == set()


def test_every_command_that_a_page_names_exists() -> None:
    called = {
        command for page in PAGES for command in COMMAND.findall(page.read_text(encoding="utf-8"))
    }
    assert {"run", "enable", "disable", "status", "bench"} <= called
    help_text = subprocess.run(
        [sys.executable, "-m", "pymongo_cpp", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert {command for command in called if f"    {command} " not in help_text} == set()


def test_every_cmake_preset_that_a_page_names_exists() -> None:
    presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))
    known = {
        preset["name"]
        for kind in ("configurePresets", "buildPresets", "testPresets")
        for preset in presets.get(kind, [])
    }
    called = {
        name
        for page in PAGES
        for command in _commands(page)
        for name in re.findall(r"--preset ([a-z0-9-]+)", command)
    }
    assert called
    assert called <= known


def test_every_language_that_a_page_shows_has_a_test() -> None:
    """Python here, C++ and CMake in test_docs_cpp.py, what a shell shows in test_docs_shell.py."""
    code = {language for language in languages() if not language.startswith("{")}
    assert code == {"python", "cpp", "cmake", "sh", "console", "text"}


def test_every_example_is_listed() -> None:
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    examples = ROOT / "examples"
    programs = [*examples.glob("*.py"), *examples.glob("cpp/*.cpp")]
    assert [path.name for path in programs if f"`{path.relative_to(ROOT)}`" not in page] == []


def test_every_test_that_the_security_pages_name_exists() -> None:
    page = (ROOT / "docs" / "security" / "bug-classes.md").read_text(encoding="utf-8")
    sources = {path.name: path.read_text(encoding="utf-8") for path in _test_files()}
    files = set(re.findall(r"\b(?:test_\w+\.py|\w+_test\.cpp)", page))
    assert files
    assert files <= set(sources)
    everything = "\n".join(sources.values())
    tests = set(re.findall(r"`((?:test_)?\w+)`", page))
    named = {
        name for name in tests if name.startswith("test_") or re.match("[A-Z][a-z]+[A-Z]", name)
    }
    assert len(named) > 20
    assert {name for name in named if not re.search(rf"\b{name}\b", everything)} == set()


def _test_files() -> list[Path]:
    tests = ROOT / "tests"
    return [*(tests / "python").glob("test_*.py"), *(tests / "cpp").glob("*_test.cpp")]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    drawn = "plots/"  # by make docs, not kept
    missing = [
        link for link in links if not link.startswith(drawn) and not (page.parent / link).exists()
    ]
    assert missing == []
