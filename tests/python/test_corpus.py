"""The MongoDB BSON corpus, from the sdist of the installed PyMongo, against pymongo_cpp.

Every case runs. The few that a binary codec for Python cannot pass as written stand in
`EXCEPTIONS`, each with what is tested instead and why.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import DecimalException
from pathlib import Path
from typing import Any

import pytest
from bson import json_util
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.errors import InvalidBSON, InvalidDocument
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from support.canonical import Outcome
from support.canonical import canonical as canonical_form
from support.guard import guarded
from support.oracle import PURE, C

import pymongo_cpp

CANONICAL = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, document_class=SON)
CANONICAL_UUID = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL, document_class=SON, uuid_representation=4
)
ORDERED: CodecOptions[Any] = CodecOptions(document_class=SON)
ORDERED_UUID: CodecOptions[Any] = CodecOptions(document_class=SON, uuid_representation=4)
MILLISECONDS: CodecOptions[Any] = CodecOptions(
    document_class=SON, datetime_conversion=DatetimeConversion.DATETIME_MS
)
RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)

EXCEPTIONS = {
    "Y10K": "a Python datetime ends with the year 9999: decoded with DATETIME_MS instead",
    "Document with key names similar to those of a DBRef": (
        "the JSON parser makes a DBRef of the top level, BSON does not: no JSON round trip"
    ),
}
# Texts that bson.json_util accepts on purpose, so that there is no parse error to see.
LENIENT_JSON = {
    "Bad $date (number, not string or hash)": "the legacy form of a date",
    "Bad $numberLong (number, not string)": "the form of old versions of mongoexport",
    "$uuid invalid value--misplaced hyphens": "Python's UUID constructor ignores hyphens",
    "Null byte in $regularExpression options": "unknown regex options are dropped",
}

COUNTS: Counter[str] = Counter()


@pytest.fixture(scope="module")
def corpus(sdist: Path, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    files = sorted((sdist / "test" / "bson_corpus").glob("*.json"))
    yield {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\nBSON corpus:", ", ".join(f"{n} {kind}" for kind, n in sorted(COUNTS.items())))


def cases(corpus: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [
        (f"{stem}: {case['description']}", spec, case)
        for stem, spec in corpus.items()
        for case in spec.get(kind, [])
    ]


def parsed(text: str) -> Any:
    return json.loads(text, object_pairs_hook=SON)


def to_json(value: Any, options: json_util.JSONOptions) -> Any:
    return parsed(json_util.dumps(value, json_options=options))


def decoded_as_both(data: bytes, options: CodecOptions[Any]) -> Any:
    ours = Outcome(pymongo_cpp.decode, data, options)
    assert ours.exact == Outcome(C.decode, data, options).exact
    assert ours.loose == Outcome(PURE.decode, data, options).loose
    assert ours.error is None, ours
    return ours.value


def test_valid_cases(corpus: dict[str, Any]) -> None:
    for name, spec, case in cases(corpus, "valid"):
        try:
            check_valid(spec, case)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        COUNTS["valid"] += 1
    assert COUNTS["valid"] == len(cases(corpus, "valid")) > 700


def check_valid(spec: dict[str, Any], case: dict[str, Any]) -> None:
    canonical = bytes.fromhex(case["canonical_bson"])
    description = case["description"]
    as_uuid = description.startswith("subtype 0x04")
    options = MILLISECONDS if description == "Y10K" else ORDERED
    value = decoded_as_both(canonical, options)
    assert bytes(pymongo_cpp.decode(canonical, RAW).raw) == canonical
    assert pymongo_cpp.encode(pymongo_cpp.decode(canonical, RAW)) == canonical
    three = canonical_form(pymongo_cpp.decode_all(canonical * 3, options))
    assert three == canonical_form([value] * 3)
    if description == "Y10K":
        assert isinstance(value["a"], DatetimeMS)
    if spec.get("deprecated"):
        check_deprecated(case, value)
    else:
        encode_options = ORDERED_UUID if as_uuid else ORDERED
        check_current(spec["bson_type"], case, value, canonical, encode_options)
    if "degenerate_bson" in case:
        degenerate = decoded_as_both(bytes.fromhex(case["degenerate_bson"]), options)
        assert pymongo_cpp.encode(degenerate, codec_options=ORDERED) == canonical
        COUNTS["degenerate_bson"] += 1


def check_deprecated(case: dict[str, Any], value: Any) -> None:
    """A deprecated type decodes to the type that took its place, and encodes as that type."""
    encoded = pymongo_cpp.encode(value, codec_options=ORDERED)
    assert encoded == C.encode(value, codec_options=ORDERED)
    if "converted_bson" in case:
        assert encoded == bytes.fromhex(case["converted_bson"])
        COUNTS["converted_bson"] += 1


def check_current(
    bson_type: str,
    case: dict[str, Any],
    value: Any,
    canonical: bytes,
    options: CodecOptions[Any],
) -> None:
    lossy = case.get("lossy") or case["description"] in EXCEPTIONS
    json_options = CANONICAL_UUID if options is ORDERED_UUID else CANONICAL
    if not case.get("lossy"):
        assert pymongo_cpp.encode(value, codec_options=options) == canonical
        COUNTS["round trips"] += 1
    text = case["canonical_extjson"]
    if bson_type == "0x01":  # The corpus writes the exponent of a double as E+, Python as e+.
        text = text.replace("E+", "e+")
    assert to_json(value, json_options) == parsed(text)
    for field in ("canonical_extjson", "degenerate_extjson"):
        if field in case and not lossy:
            from_json = json_util.loads(case[field], json_options=CANONICAL)
            assert pymongo_cpp.encode(from_json, codec_options=options) == canonical
            COUNTS["round trips from JSON"] += 1


def test_decode_errors(corpus: dict[str, Any]) -> None:
    for name, _, case in cases(corpus, "decodeErrors"):
        data = bytes.fromhex(case["bson"])
        calls = (
            pymongo_cpp.decode,
            pymongo_cpp.decode_all,
            lambda d: list(pymongo_cpp.decode_iter(d)),
        )
        for call in calls:
            outcome = guarded(call, data)
            assert isinstance(outcome.error, InvalidBSON), f"{name}: {outcome}"
        assert pymongo_cpp.is_valid(data) is False, name
        assert isinstance(Outcome(PURE.decode, data).error, InvalidBSON), name
        COUNTS["decodeErrors"] += 1
    assert COUNTS["decodeErrors"] == len(cases(corpus, "decodeErrors")) > 60


def test_parse_errors(corpus: dict[str, Any]) -> None:
    """A text that is refused never reaches the codec, or is refused by the codec."""
    for name, spec, case in cases(corpus, "parseErrors"):
        text = case["string"]
        COUNTS["parseErrors"] += 1
        if case["description"] in LENIENT_JSON:
            value = json_util.loads(text, json_options=CANONICAL)
            assert pymongo_cpp.encode(value, codec_options=ORDERED_UUID) == C.encode(
                value, codec_options=ORDERED_UUID
            )
            COUNTS["parseErrors that json_util accepts"] += 1
        elif spec["bson_type"] == "0x13":
            with pytest.raises(DecimalException):
                Decimal128(text)
        else:
            outcome = Outcome(parse_and_encode, text)
            refusals = (ValueError, KeyError, TypeError, InvalidDocument)
            assert isinstance(outcome.error, refusals), f"{name}: {outcome}"
            COUNTS["parseErrors refused by the codec"] += isinstance(outcome.error, InvalidDocument)
    assert COUNTS["parseErrors"] == len(cases(corpus, "parseErrors")) > 150


def parse_and_encode(text: str) -> bytes:
    return pymongo_cpp.encode(json_util.loads(text, json_options=CANONICAL))
