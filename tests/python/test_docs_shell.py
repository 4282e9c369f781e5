"""The documentation's shell lines: run here, or by a make target that CI runs.

What is run here is run in a page's order, in an empty folder and an environment of its own, where
files and a program have the names that the pages use.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import venv
from pathlib import Path

import bson
import pytest
from support.pages import PAGES, ROOT, blocks, name
from support.process import unsanitized_environment

import pymongo_cpp

RUN_HERE = ("python -m pymongo_cpp ", "mongodump ")
# What builds into the checkout or beyond it, and the make target that does the same to a folder of
# its own.
DONE_BY_TARGET = {
    "pip install .": "wheels",
    "pip install pymongo-cpp": "wheels",
    "cmake --preset release && cmake --build --preset release && cmake --install build/release": (
        "test-cpp"
    ),
    "cmake --preset asan && cmake --build --preset asan && ctest --preset asan": "test-cpp-asan",
}
# Exit code 3 of `status` is an answer: not switched on.
ANSWERS = {
    "docs/dropin.md": {"python -m pymongo_cpp status": 3},
    "docs/migration.md": {"python -m pymongo_cpp status --json": 3},
}
STAND_INS = {
    "app.py": "import sys\nassert sys.argv[1:] in ([], ['--its', '--arguments'])\n",
    "package/__init__.py": "",
    "package/module.py": "import sys\nassert sys.argv[1:] == ['--its', '--arguments']\n",
    "bin/mongodump": "#!/bin/sh\nmkdir -p dump/shop && cp dump.bson dump/shop/orders.bson\n",
}


def _lines(page: Path) -> list[str]:
    """Return the commands of a page's shell blocks without their comments."""
    lines = [line for _, text in blocks(page, "sh") for line in text.splitlines()]
    commands = [line.partition("  #")[0].strip() for line in lines]
    return [command for command in commands if command]


def _rules() -> dict[str, set[str]]:
    """Return the Makefile's targets, each with those that it makes first."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = re.findall(r"^([a-z0-9-]+):([^#=\n]*)", makefile, re.MULTILINE)
    return {target: set(needs.split()) for target, needs in rules}


def _targets(command: str) -> set[str]:
    return {word for word in command.split()[1:] if "=" not in word}


def _made_by_ci() -> set[str]:
    """Return every target that CI's script makes, or that one of those makes first."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    rules = _rules()
    made: set[str] = set()
    left = [t for line in re.findall(r"^make .*", script, re.MULTILINE) for t in _targets(line)]
    while left:
        target = left.pop()
        if target in rules and target not in made:
            made.add(target)
            left.extend(rules[target])
    return made


def _everything() -> set[str]:
    return {line for page in PAGES for line in _lines(page)}


def test_each_line_is_run_here_or_made_by_ci() -> None:
    by_ci = _made_by_ci()
    unseen = set()
    for line in _everything():
        if line.startswith("make "):
            assert _targets(line), line
            unseen |= {f"{line} ({target})" for target in _targets(line) - by_ci}
        elif not line.startswith(RUN_HERE) and DONE_BY_TARGET.get(line) not in by_ci:
            unseen.add(line)
    assert unseen == set()


def test_nothing_is_excused_that_no_page_shows() -> None:
    assert set(DONE_BY_TARGET) <= _everything()
    for page, answers in ANSWERS.items():
        assert set(answers) <= set(_lines(ROOT / page))


class Shell:
    """A folder and an environment in which a page's commands are run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "work"
        for file, text in STAND_INS.items():
            path = self.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "bin" / "mongodump").chmod(0o755)
        documents = [{"_id": n, "name": "Ada", "tags": ["a", 1.5]} for n in range(50)]
        (self.folder / "dump.bson").write_bytes(b"".join(map(bson.encode, documents)))
        environment = folder / "environment"
        venv.create(environment, symlinks=True)
        (site_packages,) = (environment / "lib").glob("python*/site-packages")
        paths = [str(Path(module.__file__).parents[1]) for module in (bson, pymongo_cpp)]
        (site_packages / "under_test.pth").write_text("\n".join(paths) + "\n")
        first = [str(environment / "bin"), str(self.folder / "bin")]
        self.variables = {
            key: text
            for key, text in unsanitized_environment().items()
            if not key.startswith("PYMONGO_CPP")
        }
        self.variables["PATH"] = os.pathsep.join([*first, os.environ["PATH"]])
        preloaded = shlex.quote(os.environ.get("LD_PRELOAD", ""))
        self.python = f'python() {{ LD_PRELOAD={preloaded} command python "$@"; }}; '

    def run(self, command: str, code: int = 0) -> str:
        result = subprocess.run(
            ["bash", "-o", "pipefail", "-c", self.python + command],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
        )
        assert result.returncode == code, f"{command}\n{result.stdout}{result.stderr}"
        return result.stdout


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def _run_here(page: Path) -> list[str]:
    return [line for line in _lines(page) if line.startswith(RUN_HERE)]


@pytest.mark.parametrize("page", [page for page in PAGES if _run_here(page)], ids=name)
def test_the_lines_of_a_page_run_in_their_order(page: Path, shell: Shell) -> None:
    answers = dict(ANSWERS.get(name(page), {}))
    for line in _run_here(page):
        # Each answer is the first of its command; after it the page has switched the codec on.
        shell.run(line, answers.pop(line, 0))


def test_the_shown_status_is_what_status_says(shell: Shell) -> None:
    ((_, shown),) = blocks(ROOT / "docs" / "dropin.md", "console")
    command, *expected = shown.splitlines()
    shell.run("python -m pymongo_cpp enable")
    printed = shell.run(command.removeprefix("$ ")).splitlines()
    labels = [line[:17] for line in printed]
    assert labels == [line[:17] for line in expected]
    for label in ("codec", "level", "enabled by", "pymongo_cpp"):
        (is_, shows) = ([x for x in y if x.startswith(f"{label} ")] for y in (printed, expected))
        assert is_ == shows
