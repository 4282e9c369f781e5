"""Deterministic streams of realistic, distinct documents.

A codec that decodes one document over and over meets every key and every branch in its caches, so
each stream consists of documents that differ from each other. The same name, count and seed give
the same documents on every machine and on every supported CPython.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from bson.binary import Binary
from bson.code import Code
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.timestamp import Timestamp

Document = dict[str, Any]

# Split from text, because a list of a hundred quoted words is harder to read.
WORDS = (  # noqa: SIM905
    "account active amber archive balance bridge calm carbon cedar change channel circle city "
    "cloud copper corner cotton credit delta desert early eastern engine evening factory field "
    "filter forest garden glass gravel green harbor hollow index island journey kettle ladder "
    "lantern letter lumber market meadow method mirror morning mountain needle network northern "
    "notice ocean office orange orchard packet paper pattern pepper pillar planet pocket quarter "
    "quiet railway record river rocket saddle sample season second shadow signal silver simple "
    "spring station stone stream summer sunset surface table temple thunder timber travel tunnel "
    "valley vessel village violet water weather western window winter wonder yellow"
).split()

NON_ASCII_WORDS = (  # noqa: SIM905
    "дорога утро город книга письмо ветер река яблоко зима лето "
    "面包 天空 河流 图书馆 城市 早晨 邮件 山脉 音乐 花园 "
    "θάλασσα ουρανός βιβλίο πρωί δρόμος ποτάμι "
    "élève naïve façade über straße año corazón œuvre smørrebrød žluťoučký "
    "こんにちは さくら 電車 本屋 한국어 도서관 아침 "
    "🚀 🌍 🎉 📦 ❤️ שלום ספר مرحبا كتاب"
).split()

_EPOCH = datetime.datetime(2024, 1, 1)
_YEAR_IN_MILLISECONDS = 365 * 24 * 3600 * 1000
_ARRAY_LENGTH = 1000
_MANY_KEYS = 94_000


def _object_id(random: Random) -> ObjectId:
    return ObjectId(random.randbytes(12))


def _datetime(random: Random) -> datetime.datetime:
    # Whole milliseconds: BSON holds no finer, and a document must survive a round trip unchanged.
    return _EPOCH + datetime.timedelta(milliseconds=random.randrange(_YEAR_IN_MILLISECONDS))


def _text(random: Random, low: int, high: int) -> str:
    return " ".join(random.choices(WORDS, k=random.randint(low, high)))


def _name(random: Random) -> str:
    return f"{random.choice(WORDS).title()} {random.choice(WORDS).title()}"


def _address(random: Random) -> Document:
    return {
        "street": f"{random.randint(1, 400)} {random.choice(WORDS).title()} Street",
        "city": random.choice(WORDS).title(),
        "postcode": f"{random.randint(10000, 99999)}",
        "country": random.choice(("DE", "FR", "GB", "IN", "JP", "US")),
    }


def simple(random: Random) -> Document:
    """Four scalar fields, like the "simple" document of the Rust spike's benchmark."""
    return {
        "name": _name(random),
        "age": random.randint(18, 90),
        "active": random.random() < 0.5,
        "score": round(random.uniform(0, 100), 1),
    }


def complex_(random: Random) -> Document:
    """A user with a profile, lists and sub-documents: the shape of the spike's "complex" one."""
    return {
        "_id": _object_id(random),
        "user": {
            "name": _name(random),
            "age": random.randint(18, 90),
            "email": f"{random.choice(WORDS)}{random.randint(1, 999)}@example.com",
            "profile": {"bio": _text(random, 5, 12), "address": _address(random)},
        },
        "tags": random.sample(WORDS, 5),
        "orders": [
            {
                "id": random.randint(1, 100_000),
                "total": round(random.uniform(1, 500), 2),
                "items": random.sample(WORDS, 2),
            }
            for _ in range(3)
        ],
        "created": _datetime(random),
        "active": random.random() < 0.5,
    }


def order(random: Random) -> Document:
    """A web shop's order: some 850 bytes, nested, with ids, dates and money."""
    items = [
        {
            "sku": f"{random.choice(WORDS).upper()[:4]}-{random.randint(1000, 9999)}",
            "name": _text(random, 2, 4),
            "quantity": random.randint(1, 9),
            "price": round(random.uniform(1, 300), 2),
            "discounted": random.random() < 0.2,
        }
        for _ in range(random.randint(1, 8))
    ]
    total = sum(item["quantity"] * item["price"] for item in items)  # type: ignore[operator]
    return {
        "_id": _object_id(random),
        "number": random.randint(100_000, 9_999_999),
        "customer": {
            "_id": _object_id(random),
            "name": _name(random),
            "email": f"{random.choice(WORDS)}.{random.choice(WORDS)}@example.org",
            "address": _address(random),
        },
        "items": items,
        "total": Decimal128(f"{total:.2f}"),
        "currency": random.choice(("EUR", "GBP", "USD")),
        "status": random.choice(("new", "paid", "packed", "shipped", "returned")),
        "paid": random.random() < 0.8,
        "created": _datetime(random),
        "updated": _datetime(random),
        "tags": random.sample(WORDS, random.randint(0, 4)),
        "coupon": None if random.random() < 0.7 else random.choice(WORDS).upper(),
    }


def sensor_reading(random: Random) -> Document:
    """A sensor's reading: short, mostly numbers."""
    return {
        "_id": _object_id(random),
        "device": f"sensor-{random.randint(0, 4999):04d}",
        "time": _datetime(random),
        "sequence": random.randint(0, 2**40),
        "location": {
            "type": "Point",
            "coordinates": [random.uniform(-180, 180), random.uniform(-90, 90)],
        },
        "values": {
            "temperature": random.gauss(21, 5),
            "humidity": random.uniform(0, 100),
            "pressure": random.gauss(1013, 8),
            "voltage": random.uniform(3.0, 4.2),
            "rssi": random.randint(-110, -30),
        },
        "battery_low": random.random() < 0.05,
        "errors": [random.randint(1, 60) for _ in range(random.randint(0, 3))],
    }


def article(random: Random) -> Document:
    """A long text with an author, tags and comments: some 4 KB."""
    title = _text(random, 4, 9)
    return {
        "_id": _object_id(random),
        "slug": title.replace(" ", "-"),
        "title": title.capitalize(),
        "author": {
            "_id": _object_id(random),
            "name": _name(random),
            "posts": random.randint(1, 90),
        },
        "published": _datetime(random),
        "body": "\n\n".join(_text(random, 40, 120) for _ in range(random.randint(4, 8))),
        "tags": random.sample(WORDS, random.randint(2, 6)),
        "views": random.randint(0, 1_000_000),
        "comments": [
            {
                "author": _name(random),
                "text": _text(random, 5, 40),
                "time": _datetime(random),
                "likes": random.randint(0, 500),
            }
            for _ in range(random.randint(0, 6))
        ],
    }


def non_ascii(random: Random) -> Document:
    """Text of many scripts, keys included."""

    def words(low: int, high: int) -> str:
        return " ".join(random.choices(NON_ASCII_WORDS, k=random.randint(low, high)))

    return {
        "title": words(3, 7),
        "тело": words(30, 90),
        "author": words(2, 2),
        "言語": random.choice(("ru", "zh", "el", "fr", "ja", "ko")),
        "tags": random.sample(NON_ASCII_WORDS, 4),
        "replies": [{"auteur": words(1, 2), "texte": words(4, 15)} for _ in range(3)],
    }


def event(random: Random) -> Document:
    """A log event with the less common types: binary, regex, code, timestamp, UUID, 64-bit."""
    return {
        "_id": _object_id(random),
        "kind": random.choice(("login", "upload", "purge", "match", "alert")),
        "time": _datetime(random),
        "stamp": Timestamp(random.randrange(2**31), random.randrange(1000)),
        "request": Binary.from_uuid(uuid.UUID(bytes=random.randbytes(16), version=4)),
        "payload": random.randbytes(random.randint(32, 512)),
        "digest": Binary(random.randbytes(16), 5),
        "pattern": Regex(f"^{random.choice(WORDS)}.*{random.choice(WORDS)}$", "im"),
        "filter": Code(f"return this.{random.choice(WORDS)} > {random.randint(1, 99)};"),
        "counter": Int64(random.randrange(2**62)),
        "cost": Decimal128(f"{random.randrange(10**9)}.{random.randrange(100):02d}"),
        "source": {"host": f"{random.choice(WORDS)}-{random.randint(1, 99)}", "port": 27017},
    }


_WIDE_FIELDS = tuple(
    f"{area}_{measure}"
    for area in (
        *("sales", "returns", "stock", "visits", "clicks"),
        *("carts", "emails", "tickets", "refunds", "leads"),
    )
    for measure in (
        *("total", "average", "median", "highest", "lowest", "change"),
        *("target", "reached", "region", "grade", "comment", "verified"),
    )
)


def wide(random: Random) -> Document:
    """120 fields of short values, like a row of a reporting table."""
    document: Document = {}
    for field in _WIDE_FIELDS:
        measure = field.partition("_")[2]
        if measure in ("total", "highest", "lowest"):
            document[field] = random.randint(0, 100_000)
        elif measure in ("average", "median", "change", "target"):
            document[field] = round(random.uniform(-1000, 1000), 3)
        elif measure in ("reached", "verified"):
            document[field] = random.random() < 0.5
        elif measure == "comment":
            document[field] = None if random.random() < 0.8 else _text(random, 1, 3)
        else:
            document[field] = random.choice(WORDS)
    return document


def nested(random: Random) -> Document:
    """A chain of 40 documents, one inside another, with two fields on each level."""
    document: Document = {"leaf": _text(random, 1, 3), "value": random.randint(0, 1000)}
    for level in range(39, 0, -1):
        document = {
            "level": level,
            random.choice(("label", "title", "remark")): random.choice(WORDS),
            "child": document,
        }
    return document


def many_keys(random: Random) -> Document:
    """One document of 94,000 distinct keys, like a dictionary of a language stored whole."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    document: Document = {}
    while len(document) < _MANY_KEYS:
        word = "".join(random.choices(letters, k=random.randint(4, 14)))
        document[word] = _text(random, 1, 4)
    return document


def _array_of(element: Callable[[Random], Any]) -> Callable[[Random], Document]:
    def make(random: Random) -> Document:
        return {"values": [element(random) for _ in range(_ARRAY_LENGTH)]}

    return make


@dataclass(frozen=True)
class Stream:
    """A named source of documents.

    :param name: what ``--generate`` and the tables call it
    :param summary: one line for a reader
    :param make: makes one document from a source of randomness
    :param count: how many documents a measurement takes, unless told otherwise
    """

    name: str
    summary: str
    make: Callable[[Random], Document]
    count: int

    def generate(self, count: int | None = None, seed: int = 2024) -> Iterator[Document]:
        """Yield ``count`` distinct documents (the stream's own number by default)."""
        random = Random(f"{self.name}:{seed}")
        for _ in range(self.count if count is None else count):
            yield self.make(random)


STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        Stream("simple", "four scalar fields", simple, 1000),
        Stream("complex", "a user with profile, lists and orders", complex_, 1000),
        Stream("orders", "a web shop's orders", order, 1000),
        Stream("sensors", "sensor readings, mostly numbers", sensor_reading, 1000),
        Stream("articles", "long ASCII texts with comments", article, 300),
        Stream("non_ascii", "text and keys of many scripts", non_ascii, 500),
        Stream("events", "binary, regex, code, timestamp, UUID", event, 1000),
        Stream("wide", "120 fields of short values", wide, 200),
        Stream("nested", "40 levels deep", nested, 300),
        Stream("floats", "an array of 1,000 floats", _array_of(lambda r: r.uniform(-1e6, 1e6)), 20),
        Stream(
            "ints",
            "an array of 1,000 ints of all sizes",
            _array_of(lambda r: r.randrange(-(2 ** r.randint(4, 62)), 2 ** r.randint(4, 62))),
            20,
        ),
        Stream("strings", "an array of 1,000 strings", _array_of(lambda r: _text(r, 1, 3)), 20),
        Stream("object_ids", "an array of 1,000 ObjectIds", _array_of(_object_id), 20),
        Stream("datetimes", "an array of 1,000 datetimes", _array_of(_datetime), 20),
        Stream("many_keys", "one document of 94,000 keys", many_keys, 1),
    )
}


def spike_documents() -> dict[str, Document]:
    """The two fixed documents that the Rust spike's four operations are repeated on.

    The first is the spike's own; the second has the spike's structure, type by type and length by
    length, with values of ours, so that its times compare with the published ones.
    """
    return {
        "simple": {"name": "John Doe", "age": 30, "active": True, "score": 95.5},
        "complex": {
            "user": {
                "name": "Jane Roe",
                "age": 41,
                "email": "jane@example.org",
                "address": {
                    "street": "456 Lake Dr",
                    "city": "Portland",
                    "state": "OR",
                    "zip": "97201",
                },
            },
            "orders": [
                {"id": 7, "total": 89.95, "items": ["paper", "stamp", "cover"]},
                {"id": 8, "total": 120.25, "items": ["brush", "paint"]},
            ],
            "metadata": {"created": "2025-03-02", "updated": "2025-03-16", "version": 3},
        },
    }
