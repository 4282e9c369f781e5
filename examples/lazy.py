"""Read a few fields of many documents without decoding the rest.

::

    python examples/lazy.py
"""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

import bson
from bson.codec_options import CodecOptions

from pymongo_cpp import LazyDocument, project, select


def order(number: int) -> dict[str, Any]:
    """Return an order with its items."""
    return {
        "_id": number,
        "status": "open" if number % 20 == 0 else "sent",
        "placed": datetime.datetime(2024, 5, 1) + datetime.timedelta(hours=number),
        "customer": {"name": f"customer {number % 7}", "vip": number % 7 == 0},
        "items": [{"sku": f"A-{number + i}", "qty": i + 1, "price": 9.5} for i in range(3)],
    }


def main() -> None:
    data = bson.encode(order(40))

    document = LazyDocument(data)
    print("one field:", document["status"])
    print("a path:", document.get("items.2.sku"))
    print("embedded documents stay bytes:", document["customer"])
    print("their bytes:", bytes(document["customer"].raw)[:8], "…")
    print("equal to what decode() gives:", document == bson.decode(data))

    print("some fields as a dict:", project(data, ["customer.name", "items.sku"]))

    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "orders.bson"
        dump.write_bytes(b"".join(bson.encode(order(number)) for number in range(1000)))
        query = {"status": "open", "items.qty": {"$gt": 2}, "customer.vip": True}
        with dump.open("rb") as file:
            found = [match["_id"] for match in select(file, query)]
    print("matching orders of 1000:", found)

    # The same class serves as a collection's document class, with either codec:
    # client.get_collection("orders", codec_options=lazy).find()
    lazy: CodecOptions[Any] = CodecOptions(document_class=LazyDocument)
    stored = bson.decode(data, lazy)
    print("written back without encoding it again:", bson.encode(stored) == data)


if __name__ == "__main__":
    main()
