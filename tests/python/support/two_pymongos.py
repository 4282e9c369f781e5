"""A fixture apart from conftest.py, which the tests of the drop-in do without on older PyMongos."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.process import copy_of_pymongo


@pytest.fixture(scope="module", params=["c", "python"])
def pymongo_path(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, ...]:
    """PYTHONPATH for a PyMongo with its C extensions, and for one without."""
    here = Path(__file__).resolve().parents[1]
    if request.param == "c":
        return (here,)
    return (here, copy_of_pymongo(tmp_path_factory.mktemp("pure"), extensions=False))
