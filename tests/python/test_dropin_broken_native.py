"""A native extension that cannot be loaded: the command line says so and leads out."""

from __future__ import annotations

import json
import shutil
import sysconfig
import venv
from functools import partial
from pathlib import Path

import bson
import pytest
from support.process import python

import pymongo_cpp

SERVED_BY = "import bson; print(bson._cbson.__file__)"


@pytest.fixture(params=["missing", "no library"])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, ...]:
    """PYTHONPATH for the package with its extension gone, or no shared library."""
    package = Path(pymongo_cpp.__file__).parent
    shutil.copytree(
        package, tmp_path / package.name, ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    if request.param == "no library":
        name = "_native" + sysconfig.get_config_var("EXT_SUFFIX")
        (tmp_path / package.name / name).write_bytes(b"not a shared library")
    return (tmp_path,)


@pytest.mark.parametrize("mode", [None, "1", "require"])
def test_status_says_why(broken: tuple[Path, ...], mode: str | None) -> None:
    result = python(
        "-m", "pymongo_cpp", "status", "--json", path=broken, pymongo_cpp=mode, expected_code=4
    )
    answer = json.loads(result.stdout)
    assert (answer["active"], answer["codec"], answer["available"]) == (False, "c", False)
    assert any("_native" in reason for reason in answer["reasons"]), answer["reasons"]
    assert answer["versions"]["pymongo_cpp"] == pymongo_cpp.__version__


def test_disable_is_the_way_out(broken: tuple[Path, ...], tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    venv.create(environment, symlinks=True)
    (site_packages,) = (environment / "lib").glob("python*/site-packages")
    (site_packages / "under_test.pth").write_text(f"{Path(bson.__file__).parents[1]}\n")
    inside = partial(python, executable=str(environment / "bin" / "python"), path=broken)
    inside("-m", "pymongo_cpp", "enable")
    status = inside("-m", "pymongo_cpp", "status", expected_code=4)
    assert "_native" in status.stdout
    served = inside("-c", SERVED_BY).stdout
    assert Path(served.strip()).name.startswith("_cbson.")
    removed = inside("-m", "pymongo_cpp", "disable").stdout
    assert removed.count("removed ") == 3
    assert {file.name for file in site_packages.glob("*pymongo_cpp*")} == set()


def test_run_falls_back(broken: tuple[Path, ...]) -> None:
    result = python("-m", "pymongo_cpp", "run", "-c", SERVED_BY, path=broken)
    assert Path(result.stdout.strip()).name.startswith("_cbson.")
    required = python(
        *("-m", "pymongo_cpp", "run", "-c", SERVED_BY),
        path=broken,
        pymongo_cpp="require",
        expected_code=1,
    )
    assert "PYMONGO_CPP=require" in required.stderr and "_native" in required.stderr


def test_importing_the_package_raises(broken: tuple[Path, ...]) -> None:
    result = python("-c", "import pymongo_cpp", path=broken, expected_code=1)
    assert "ImportError" in result.stderr or "ModuleNotFoundError" in result.stderr
