"""The version stands in pymongo_cpp/__init__.py; whatever else states one agrees with it."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import pymongo_cpp


def test_it_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?", pymongo_cpp.__version__)


def test_a_built_package_takes_it_from_there(
    project_root: Path, pytestconfig: pytest.Config
) -> None:
    pyproject = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" in pyproject["project"]["dynamic"]
    source = project_root / pyproject["tool"]["scikit-build"]["metadata"]["version"]["input"]
    assert source.samefile(project_root / "python" / "pymongo_cpp" / "__init__.py")
    if pytestconfig.getoption("installed"):
        assert importlib.metadata.version("pymongo-cpp") == pymongo_cpp.__version__


@pytest.mark.unsanitized(reason="CMake alone: no extension is loaded")
def test_the_cpp_package_takes_it_from_there(project_root: Path, tmp_path: Path) -> None:
    options = ("BUILD_TESTS", "JSON", "HARDENING")
    subprocess.run(
        ["cmake", "-S", project_root, "-B", tmp_path, *(f"-DBSONPP_{o}=OFF" for o in options)],
        check=True,
        capture_output=True,
    )
    cache = (tmp_path / "CMakeCache.txt").read_text(encoding="utf-8")
    (version,) = re.findall(r"^CMAKE_PROJECT_VERSION:STATIC=(.+)$", cache, re.MULTILINE)
    assert pymongo_cpp.__version__.startswith(version)


def test_the_changelog_has_it_below_what_is_unreleased(project_root: Path) -> None:
    changelog = (project_root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", changelog, re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    version, date = headings[1]
    assert version == pymongo_cpp.__version__
    assert date != ""


def test_the_drop_in_guide_shows_it(project_root: Path) -> None:
    page = (project_root / "docs" / "dropin.md").read_text(encoding="utf-8")
    assert re.findall(r"^pymongo_cpp +(\S+)$", page, re.MULTILINE) == [pymongo_cpp.__version__]
