"""PyMongo's own tests of json_util and the JSON half of the BSON corpus, on pymongo_cpp.json."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bson
import pytest
from bson import json_util
from bson.errors import InvalidBSON
from support.guard import guarded
from support.json_texts import outcome
from support.oracle import PURE

import pymongo_cpp._native as native
from pymongo_cpp.json import bson_to_json, json_to_bson, loads

RUNNER = Path(__file__).resolve().parent / "support" / "run_json_util_suite.py"

# Where json_util's datetime ends, the bytes still convert to JSON, but not back.
BEYOND_PYTHON = {"Y10K"}
# The JSON of these stands for a DBRef, which is no document, or for more than json_util keeps.
NOT_FROM_JSON = {"Document with key names similar to those of a DBRef"}

# What the extension leaves to json_util, because these take more than a look at one key: a $ref may
# be no DBRef for the types of the fields beside it, and a $regex may be the query operator.
LEFT_TO_JSON_UTIL = {
    "Regular expression as value of $regex query operator",
    "Regular expression as value of $regex query operator with $options",
    "Sub-document resembles DBRef but $db is not a string",
    "Sub-document resembles DBRef but $id is missing",
    "Sub-document resembles DBRef but $ref is not a string",
}


@pytest.fixture(scope="module")
def corpus(sdist: Path) -> list[tuple[str, dict[str, Any]]]:
    files = sorted((sdist / "test" / "bson_corpus").glob("*.json"))
    return [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in files]


def cases(
    corpus: list[tuple[str, dict[str, Any]]], kind: str
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for stem, spec in corpus:
        for case in spec.get(kind, []):
            yield f"{stem}: {case['description']}", spec, case


def normalized(text: str | bytes) -> Any:
    """Return the parsed text, with doubles spelled as Python does: the corpus writes E+18."""
    if isinstance(text, bytes):
        text = text.decode()
    return json.loads(re.sub(r"(\d)E\+?(-?\d)", r"\1e+\2", text).replace("e+-", "e-"))


def test_pymongos_own_tests_of_json_util(sdist: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(RUNNER), str(sdist)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ran, skipped, dumped, loaded = map(int, done.stdout.split("\n")[-2].split())
    assert ran >= 25
    assert skipped == 0
    assert min(dumped, loaded) > 100


def test_bson_to_json_writes_the_corpus(corpus: list[tuple[str, dict[str, Any]]]) -> None:
    count = 0
    for name, spec, case in cases(corpus, "valid"):
        data = bytes.fromhex(case["canonical_bson"])
        written = normalized(bson_to_json(data, "canonical"))
        assert written == normalized(case["canonical_extjson"]), name
        count += 1
        if "relaxed_extjson" in case and spec["bson_type"] != "0x13":
            relaxed = normalized(bson_to_json(data, "relaxed"))
            assert relaxed == normalized(case["relaxed_extjson"]), name
            count += 1
        json.loads(bson_to_json(data, "plain"))
    assert count > 700


def test_json_to_bson_reads_the_corpus(corpus: list[tuple[str, dict[str, Any]]]) -> None:
    count = 0
    left = set()
    for name, spec, case in cases(corpus, "valid"):
        if case["description"] in BEYOND_PYTHON | NOT_FROM_JSON:
            continue
        for field in ("canonical_extjson", "degenerate_extjson", "relaxed_extjson"):
            if field not in case:
                continue
            expected = outcome(lambda text: bson.encode(json_util.loads(text)), case[field])
            assert outcome(json_to_bson, case[field]) == expected, name
            fast = native._json_to_bson(case[field])
            assert fast is None or fast == expected[1][1], name
            if fast is None:
                left.add(case["description"])
            if field != "relaxed_extjson" and not case.get("lossy") and not spec.get("deprecated"):
                assert json_to_bson(case[field]) == bytes.fromhex(case["canonical_bson"]), name
            count += 1
    assert count > 700
    assert left == LEFT_TO_JSON_UTIL


def test_loads_reads_the_corpus(corpus: list[tuple[str, dict[str, Any]]]) -> None:
    for name, _, case in cases(corpus, "valid"):
        for field in ("canonical_extjson", "degenerate_extjson", "relaxed_extjson"):
            if field in case:
                expected = outcome(json_util.loads, case[field])
                assert outcome(loads, case[field]) == expected, name


def test_decode_errors_are_refused(corpus: list[tuple[str, dict[str, Any]]]) -> None:
    for name, _, case in cases(corpus, "decodeErrors"):
        data = bytes.fromhex(case["bson"])
        if PURE.is_valid(data):  # a few that PyMongo accepts
            continue
        made = guarded(bson_to_json, data)
        assert type(made.error) is InvalidBSON, f"{name}: {made}"


def test_parse_errors_are_json_utils(corpus: list[tuple[str, dict[str, Any]]]) -> None:
    refused = 0
    for name, _, case in cases(corpus, "parseErrors"):
        text = case["string"]
        expected = outcome(lambda text: bson.encode(json_util.loads(text)), text)
        assert outcome(json_to_bson, text) == expected, name
        assert outcome(loads, text) == outcome(json_util.loads, text), name
        refused += expected[0] != "value"
    assert refused > 50
