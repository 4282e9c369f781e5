"""The documentation's C++ and CMake: each CMakeLists.txt that a page shows builds its program.

It is configured against an installed bsonpp, beside the C++ examples and the page's own C++ block,
``program.cpp``; then the program runs.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from support.pages import PAGES, ROOT, blocks, name

pytestmark = pytest.mark.unsanitized(reason="CMake and the C++ core alone: no extension is loaded")

PROJECTS = [
    pytest.param(page, line, text, id=f"{name(page)}:{line}")
    for page in PAGES
    for line, text in blocks(page, "cmake")
]


def _run(*command: str | Path) -> str:
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where bsonpp is installed, its component json with it."""
    build = tmp_path_factory.mktemp("bsonpp")
    prefix = build / "prefix"
    _run("cmake", "-S", ROOT, "-B", build, "-DBSONPP_BUILD_TESTS=OFF", "-DCMAKE_BUILD_TYPE=Debug")
    _run("cmake", "--build", build, "-j", "2")
    _run("cmake", "--install", build, "--prefix", prefix, "--component", "bsonpp")
    return prefix


@pytest.mark.parametrize(("page", "line", "text"), PROJECTS)
def test_a_shown_project_is_built_and_runs(
    page: Path, line: int, text: str, prefix: Path, tmp_path: Path
) -> None:
    for source in (ROOT / "examples" / "cpp").glob("*.cpp"):
        shutil.copy(source, tmp_path)
    for _, program in blocks(page, "cpp"):
        (tmp_path / "program.cpp").write_text(program, encoding="utf-8")
    (tmp_path / "CMakeLists.txt").write_text(text, encoding="utf-8")
    build = tmp_path / "build"
    _run("cmake", "-S", tmp_path, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
    _run("cmake", "--build", build)
    (target,) = re.findall(r"add_executable\((\w+)", text)
    assert _run(build / target) != ""


def test_every_page_with_a_program_shows_its_project() -> None:
    programs = {name(page): len(blocks(page, "cpp")) for page in PAGES if blocks(page, "cpp")}
    assert programs
    assert set(programs.values()) == {1}
    built = {name(page) for page in PAGES for _, text in blocks(page, "cmake") if "program" in text}
    assert set(programs) == built
