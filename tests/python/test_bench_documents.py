"""The benchmark's documents, and the readers of a user's own."""

from __future__ import annotations

import json
from pathlib import Path

import bson
import pytest

from pymongo_cpp.bench.documents import STREAMS, spike_documents
from pymongo_cpp.bench.readers import ReadError, driver_documents, read_json_lines, split_bson

SHORT = {name: stream for name, stream in STREAMS.items() if name != "many_keys"}


@pytest.mark.parametrize("name", SHORT)
def test_streams_are_deterministic_and_distinct(name: str) -> None:
    encoded = [bson.encode(document) for document in STREAMS[name].generate(20)]
    again = [bson.encode(document) for document in STREAMS[name].generate(20)]
    assert encoded == again
    assert len(set(encoded)) == 20
    assert encoded != [bson.encode(document) for document in STREAMS[name].generate(20, seed=1)]


@pytest.mark.parametrize("name", SHORT)
def test_documents_survive_a_round_trip(name: str) -> None:
    for document in STREAMS[name].generate(5):
        data = bson.encode(document)
        assert bson.encode(bson.decode(data)) == data


def test_documents_have_the_shapes_that_their_names_promise() -> None:
    (wide,) = STREAMS["wide"].generate(1)
    assert len(wide) == 120
    (many_keys,) = STREAMS["many_keys"].generate()
    assert len(many_keys) == 94_000
    (nested,) = STREAMS["nested"].generate(1)
    levels = 1
    while "child" in nested:
        nested = nested["child"]
        levels += 1
    assert levels == 40
    for name in ("floats", "ints", "strings", "object_ids", "datetimes"):
        (array,) = STREAMS[name].generate(1)
        assert len({type(value) for value in array["values"]}) == 1
        assert len(array["values"]) == 1000


def test_spike_documents() -> None:
    documents = spike_documents()
    assert documents["simple"] == {"name": "John Doe", "age": 30, "active": True, "score": 95.5}
    # As long as the spike's: the structure is the same, type by type and length by length.
    assert len(bson.encode(documents["complex"])) == 398


def test_split_bson() -> None:
    documents = [bson.encode({"n": number}) for number in range(4)]
    data = b"".join(documents)
    assert list(split_bson(data)) == documents
    assert list(split_bson(data, 2)) == documents[:2]
    assert list(split_bson(b"")) == []


@pytest.mark.parametrize(
    ("tail", "length"),
    [(b"\x05\x00", 5), (b"\x04\x00\x00\x00\x00", 4), (b"\xff\xff\xff\xff\x00", -1)],
)
def test_split_bson_refuses_a_lying_length(tail: bytes, length: int) -> None:
    data = bson.encode({}) + tail
    with pytest.raises(ReadError, match=f"at byte 5: its length reads {length}$"):
        list(split_bson(data))


def test_read_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "documents.jsonl"
    path.write_text('{"n": {"$numberLong": "1"}}\n\n{"n": 2}\n{"n": 3}\n', encoding="utf-8")
    documents = list(read_json_lines(path, 2))
    assert [bson.encode(document) for document in documents] == [
        bson.encode({"n": bson.Int64(1)}),
        bson.encode({"n": 2}),
    ]


@pytest.mark.parametrize("line", ["[1]", "{", '"text"', '{"$oid": "no"}'])
def test_read_json_lines_names_the_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "documents.jsonl"
    path.write_text(f'{{"n": 1}}\n{line}\n', encoding="utf-8")
    with pytest.raises(ReadError, match=r"^documents\.jsonl, line 2: "):
        list(read_json_lines(path))


def test_driver_documents_takes_what_is_there(tmp_path: Path) -> None:
    assert driver_documents(tmp_path) == {}
    (tmp_path / "tweet.json").write_text(json.dumps({"text": "a"}), encoding="utf-8")
    assert driver_documents(tmp_path) == {"tweet": {"text": "a"}}
