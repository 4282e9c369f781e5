"""Calls that greenlets interleave, as gevent does: each goes on where it was, in no order.

Threads take turns anywhere but end their calls independently of each other; greenlets share one
thread, its caches and its stack, and a call of one can begin within that of another and outlive it.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest
from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from greenlet import getcurrent, greenlet

import pymongo_cpp
from pymongo_cpp.json import dumps, loads

GREENLETS = 6
ROUNDS = 100

pytestmark = pytest.mark.unsanitized(reason="AddressSanitizer knows of no stack that is exchanged")


class Tag:
    """A value that only a type codec can convert."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and other.text == self.text

    __hash__ = None  # type: ignore[assignment]


class Turns:
    """Greenlets that hand over to one another, to a random one each time."""

    def __init__(self) -> None:
        self.random = random.Random(5)
        self.greenlets: list[greenlet] = []
        self.handed_over = 0

    def hand_over(self) -> None:
        others = [one for one in self.greenlets if not one.dead and one is not getcurrent()]
        if others:
            self.handed_over += 1
            self.random.choice(others).switch()

    def run(self, function: Any, count: int) -> None:
        self.greenlets = [greenlet(partial(function, number)) for number in range(count)]
        while any(not one.dead for one in self.greenlets):
            self.hand_over()


class HandingOver(dict[str, Any]):
    """A mapping whose items are read after another greenlet has had its turn."""

    turns: Turns

    def items(self) -> Any:
        self.turns.hand_over()
        return super().items()


def codec_options(turns: Turns) -> CodecOptions[Any]:
    class TagCodec(TypeCodec):
        python_type = Tag  # type: ignore[assignment]
        bson_type = str  # type: ignore[assignment]

        def transform_python(self, value: Tag) -> str:
            turns.hand_over()
            return "tag:" + value.text

        def transform_bson(self, value: str) -> Tag | str:
            turns.hand_over()
            return Tag(value[4:]) if value.startswith("tag:") else value

    return CodecOptions(type_registry=TypeRegistry([TagCodec()]))


def test_calls_within_calls_that_they_outlive() -> None:
    turns = Turns()
    options = codec_options(turns)
    finished = []

    def work(number: int) -> None:
        for i in range(ROUNDS):
            document: dict[str, Any] = {
                "number": number,
                "tags": [Tag(f"{number}-{i}-{j}") for j in range((number + i) % 6)],
                f"key {number} {i % 7}": {"text": Tag("q" * number), "list": [[Tag("z"), i], [i]]},
            }
            data = pymongo_cpp.encode(document, codec_options=options)
            assert pymongo_cpp.decode(data, options) == document
            assert pymongo_cpp.decode_all(data * 3, options) == [document] * 3
            assert list(pymongo_cpp.decode_iter(data * 2, options)) == [document] * 2
            lazy = pymongo_cpp.LazyDocument(data, options)
            assert lazy["tags"] == document["tags"]
            matches = pymongo_cpp.select(data * 2, {"number": number}, options)
            assert list(matches) == [document] * 2
        finished.append(number)

    turns.run(work, GREENLETS)
    assert sorted(finished) == list(range(GREENLETS))
    assert turns.handed_over > GREENLETS * ROUNDS * 10


def test_json_within_json() -> None:
    turns = Turns()
    HandingOver.turns = turns
    finished = []

    def work(number: int) -> None:
        for i in range(ROUNDS):
            value = {"a": [HandingOver(number=number), HandingOver(i=i)], "text": "x" * i}
            assert loads(dumps(value)) == value
        finished.append(number)

    turns.run(work, GREENLETS)
    assert sorted(finished) == list(range(GREENLETS))
    assert turns.handed_over > GREENLETS * ROUNDS
