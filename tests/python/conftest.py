"""Profiles and fixtures for the Python tests."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.two_pymongos import pymongo_path  # noqa: F401 - a fixture

ROOT = Path(__file__).resolve().parents[2]

_COMMON = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("default", max_examples=100, derandomize=True, **_COMMON)
settings.register_profile("sanitized", max_examples=30, derandomize=True, **_COMMON)
settings.register_profile("long", max_examples=5_000, print_blob=True, **_COMMON)
settings.load_profile(os.environ.get("PYMONGO_CPP_TEST_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--installed",
        action="store_true",
        help="fail unless pymongo_cpp is the environment's installed package",
    )


def _extension() -> Path:
    import pymongo_cpp._native

    return Path(pymongo_cpp._native.__file__)


def pytest_report_header(config: pytest.Config) -> str:
    return f"extension: {_extension()}"


def pytest_configure(config: pytest.Config) -> None:
    site_packages = Path(sysconfig.get_path("platlib"))
    if config.getoption("installed") and not _extension().is_relative_to(site_packages):
        raise pytest.UsageError(f"--installed, but the extension is {_extension()}")


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def sdist(project_root: Path) -> Path:
    """The unpacked source distribution of the installed PyMongo, fetched once."""
    from support.sdist import unpacked_sdist

    return unpacked_sdist(project_root / "build" / "sdist")


@pytest.fixture
def ignored_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop what CPython says of exceptions that `PyMapping_HasKey` swallows.

    PyMongo asks a mapping for `_id` and a document for `$ref` in that way, errors and all. Since
    3.13 each is reported, and pytest would keep every report with all that it refers to.
    """
    monkeypatch.setattr(sys, "unraisablehook", lambda *_: None)
