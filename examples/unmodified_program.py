"""A program written for PyMongo, which knows nothing of pymongo_cpp.

It writes a dump of orders as ``mongodump`` does, reads it back and sums it up. Run it both ways,
and compare the last line::

    python examples/unmodified_program.py
    python -m pymongo_cpp run examples/unmodified_program.py
"""

from __future__ import annotations

import datetime
import tempfile
from collections import Counter
from pathlib import Path

import bson
import pymongo
from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument

ORDERS = 2_000
ITEMS = ("paper", "ink", "stamps")


def order(number: int) -> dict[str, object]:
    """Return one order with three lines."""
    return {
        "_id": ObjectId(),
        "number": number,
        "placed": datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=number),
        "customer": {"name": f"Customer {number % 17}", "vip": number % 5 == 0},
        "lines": [
            {"item": item, "count": 1 + number % 3, "price": Decimal128("2.50")} for item in ITEMS
        ],
    }


def main() -> None:
    """Write, read back and sum up, then name the module that did PyMongo's BSON work."""
    orders = [order(number) for number in range(ORDERS)]
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "orders.bson"
        dump.write_bytes(b"".join(map(bson.encode, orders)))
        with dump.open("rb") as file:
            assert list(bson.decode_file_iter(file)) == orders
        raw = CodecOptions(document_class=RawBSONDocument)
        vip = sum(
            document["customer"]["vip"] for document in bson.decode_all(dump.read_bytes(), raw)
        )

    sold: Counter[str] = Counter()
    for document in orders:
        for line in document["lines"]:  # type: ignore[attr-defined]
            sold[line["item"]] += line["count"]
    print(f"{len(orders)} orders, {vip} of them of VIP customers; sold: {dict(sold)}")
    print(f"PyMongo {pymongo.version}, its BSON by {bson._cbson.__file__}")


if __name__ == "__main__":
    main()
