"""The baseline is PyMongo's real C extension or nothing."""

from __future__ import annotations

import importlib.machinery
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import bson
import pytest
from bson.codec_options import DEFAULT_CODEC_OPTIONS

import pymongo_cpp
from pymongo_cpp.bench.baseline import (
    BaselineError,
    c_codec,
    c_message_module,
    c_module,
    cpp_codec,
)


def test_the_baseline_is_a_shared_object() -> None:
    for module in (c_module(), c_message_module()):
        assert str(module.__file__).endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))
        assert "pymongo_cpp" not in str(module.__file__)


def test_the_baseline_keeps_pymongos_own_python_wrappers() -> None:
    codec = c_codec()
    for name in ("encode", "decode", "decode_all", "decode_iter"):
        function = getattr(codec, name)
        assert function.__code__.co_filename == bson.__spec__.origin
    namespace = codec.encode.__globals__  # type: ignore[attr-defined]
    assert namespace["_dict_to_bson"] is c_module()._dict_to_bson
    assert namespace["ObjectId"] is bson.ObjectId


def test_the_baseline_stays_pymongos_while_the_drop_in_is_installed() -> None:
    script = """
import bson, pymongo, pymongo_cpp
original = bson._cbson.__file__
pymongo_cpp.install()
from pymongo_cpp.bench.baseline import c_codec, c_message_module, c_module, cpp_codec
assert bson._cbson.__file__ != original
assert c_module().__file__ == original, c_module()
assert c_codec().encode.__globals__["_dict_to_bson"].__self__.__file__ == original
assert c_message_module().__file__ != pymongo._cmessage.__file__
assert c_codec().encode is not cpp_codec().encode
document = {"_id": bson.ObjectId(), "n": [1.5, None]}
assert c_codec().decode(cpp_codec().encode(document)) == document
assert bson._cbson.__file__ != original, "left out of place"
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_message_baseline_works() -> None:
    limits = SimpleNamespace(
        max_bson_size=2**24, max_write_batch_size=1000, max_message_size=48_000_000
    )
    documents = [{"_id": 1}, {"_id": 2}]
    arguments = (0, {"insert": "c", "$db": "d"}, documents, True, DEFAULT_CODEC_OPTIONS, limits)
    _, message, sent = c_message_module()._batched_op_msg(*arguments)
    assert sent == documents
    assert message.endswith(bson.encode({"_id": 2}))


def test_refuses_without_the_shared_object(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "_cbson.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(bson, "__path__", [str(tmp_path)])
    with pytest.raises(BaselineError, match=r"bson\._cbson is not installed"):
        c_codec()


def test_refuses_when_pymongo_does_not_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bson, "has_c", lambda: False)
    with pytest.raises(BaselineError, match=r"has_c\(\) is false"):
        c_codec()


def test_ours_are_the_packages_own_functions() -> None:
    codec = cpp_codec()
    assert codec.encode is pymongo_cpp.encode
    assert codec.decode_iter is pymongo_cpp.decode_iter
