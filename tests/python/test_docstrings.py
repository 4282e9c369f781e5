"""Each public function and class says its parameters, what comes of it, and since when."""

from __future__ import annotations

import doctest
import inspect
from types import ModuleType
from typing import Any

import pytest

import pymongo_cpp
import pymongo_cpp.json

PUBLIC = [
    pytest.param(item, id=name)
    for module in (pymongo_cpp, pymongo_cpp.json)
    for name, item in ((name, getattr(module, name)) for name in module.__all__)
    if callable(item) and item.__module__.startswith("pymongo_cpp")
]
CATCH_ALL = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def test_all_are_looked_at() -> None:
    assert len(PUBLIC) > 18


@pytest.mark.parametrize("module", [pymongo_cpp, pymongo_cpp.json])
def test_the_examples_of_a_docstring_give_what_they_show(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("item", PUBLIC)
def test_a_docstring_is_whole(item: Any) -> None:
    text = inspect.getdoc(item)
    assert text is not None
    assert ".. versionadded:: 0." in text
    named = [p.name for p in inspect.signature(item).parameters.values() if p.kind not in CATCH_ALL]
    assert [name for name in named if f":param {name}:" not in text] == []
    assert ":raises " in text or ":return:" in text
