"""PYMONGO_CPP: off, on with a silent fallback, required; and what the status says of each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.process import copy_of_pymongo, python, script
from test_dropin_compatibility import set_version

from pymongo_cpp.dropin import environment

STATUS = """
import json, pymongo_cpp, bson
print(pymongo_cpp.status().to_json())
"""


@pytest.fixture
def unsupported(tmp_path: Path) -> tuple[Path, ...]:
    """PYTHONPATH for a PyMongo whose version is not supported."""
    set_version(copy_of_pymongo(tmp_path, extensions=True), "4.99.0")
    return (tmp_path,)


def test_unset_leaves_the_decision_to_the_code() -> None:
    answer = json.loads(script(STATUS))
    assert (answer["active"], answer["codec"], answer["available"]) == (False, "c", True)
    assert answer["reasons"] == ["not switched on"]


@pytest.mark.parametrize("value", ["1", "require", " Require "])
def test_on_installs_when_the_package_is_imported(value: str) -> None:
    answer = json.loads(script(STATUS, pymongo_cpp=value))
    assert (answer["active"], answer["codec"], answer["level"]) == (True, "pymongo_cpp", "default")
    assert answer["enabled_by"] == "PYMONGO_CPP"
    assert answer["reasons"] == []


def test_off_wins_over_code() -> None:
    answer = json.loads(
        script("import pymongo_cpp\nassert not pymongo_cpp.install()" + STATUS, pymongo_cpp="0")
    )
    assert (answer["active"], answer["codec"]) == (False, "c")
    assert answer["reasons"] == ["switched off by PYMONGO_CPP=0"]


def test_on_falls_back_silently_and_says_so(unsupported: tuple[Path, ...]) -> None:
    for call in ("", "import pymongo_cpp\nassert pymongo_cpp.install() is False"):
        result = python("-c", call + STATUS, pymongo_cpp="1", path=unsupported)
        assert result.stderr == ""
        answer = json.loads(result.stdout)
        assert (answer["active"], answer["codec"], answer["available"]) == (False, "c", False)
        assert answer["reasons"] == ["PyMongo 4.99.0 is not supported: 4.9 to 4.20 are"]
        assert answer["versions"]["pymongo"] == "4.99.0"


def test_require_is_an_import_error_that_says_why(unsupported: tuple[Path, ...]) -> None:
    result = python(
        "-c", "import pymongo_cpp", pymongo_cpp="require", path=unsupported, expected_code=1
    )
    assert result.stderr.strip().endswith(
        "PYMONGO_CPP=require: PyMongo 4.99.0 is not supported: 4.9 to 4.20 are"
    )
    assert "IncompatiblePyMongoError" in result.stderr


def test_an_unknown_value_is_ignored_and_reported() -> None:
    answer = json.loads(script(STATUS, pymongo_cpp="maybe"))
    assert not answer["active"]
    assert "PYMONGO_CPP='maybe' is none of 0, 1 and require: ignored" in answer["reasons"]


def test_the_variable_is_read_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYMONGO_CPP", "require")
    assert environment.mode() is environment.Mode.REQUIRE
    monkeypatch.setenv("PYMONGO_CPP", "on")
    assert environment.mode() is environment.Mode.UNSET
    assert environment.unknown_value() == "on"
    monkeypatch.delenv("PYMONGO_CPP")
    assert (environment.mode(), environment.unknown_value()) == (environment.Mode.UNSET, None)


def test_status_names_versions_and_files() -> None:
    script(
        """
        import bson, pymongo, sys, pymongo_cpp
        status = pymongo_cpp.status()
        assert status.versions["pymongo"] == pymongo.version
        assert status.versions["python"] == sys.version.split()[0]
        assert status.files["bson._cbson"] == bson._cbson.__file__
        pymongo_cpp.install()
        status = pymongo_cpp.status()
        native = pymongo_cpp._native.__file__
        assert set(status.files.values()) == {native}
        assert status.enabled_by == "install()"
        assert isinstance(status, pymongo_cpp.dropin.Status)
        text = str(status)
        for part in ("pymongo_cpp (C++)", "default", "install()", pymongo.version, native):
            assert part in text, part
        """
    )


def test_status_without_c_extensions_says_python(tmp_path: Path) -> None:
    path = (copy_of_pymongo(tmp_path, extensions=False),)
    answer = json.loads(script(STATUS, path=path))
    assert (answer["codec"], answer["available"]) == ("python", True)
    assert json.loads(script(STATUS, path=path, pymongo_cpp="1"))["codec"] == "pymongo_cpp"
