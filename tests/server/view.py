"""The example's web view of orders, end to end: from a server's raw batches to the JSON answer.

Run from the project's directory: ``python -m tests.server.view URI``. Writes orders to the server,
asks the view of ``examples/json_view.py``, and compares each order of its answer with the one that
was written.
"""

from __future__ import annotations

import datetime
import json
import sys
from typing import Any

import bson
from pymongo import MongoClient

from examples.json_view import Batches, orders_view, stored_batches

_ORDERS = 300
_BATCH = 64
_DAY = datetime.datetime(2024, 5, 1, 12, 30, 15, 250_000)


def order(number: int) -> dict[str, Any]:
    """Return an order of types that each of the servers knows."""
    return {
        "_id": bson.ObjectId(f"{number:024x}"),
        "ordered": _DAY + datetime.timedelta(hours=number),
        "total": number + 0.25,
        "customer": {"name": "Łukasz 山脉", "note": None},
        "lines": [{"sku": f"A-{number}", "quantity": number % 5 + 1}],
    }


def plain(value: dict[str, Any]) -> dict[str, Any]:
    """Return what plain JSON keeps of an order."""
    ordered = value["ordered"].isoformat(timespec="milliseconds") + "Z"
    return {**value, "_id": str(value["_id"]), "ordered": ordered}


def answer(batches: Batches) -> list[dict[str, Any]]:
    """Return the orders that the view answers with."""
    heads: list[tuple[str, Any]] = []
    view = orders_view(batches)
    body = b"".join(view({}, lambda status, headers: heads.append((status, headers))))
    assert heads == [("200 OK", [("Content-Type", "application/json")])], heads
    orders: list[dict[str, Any]] = json.loads(body)
    return sorted(orders, key=lambda item: str(item["_id"]))


def main() -> None:
    """Compare the view's answer with what the server was given."""
    uri = sys.argv[1]
    written = [order(number) for number in range(_ORDERS)]
    expected = [plain(value) for value in written]
    with MongoClient[dict[str, Any]](uri) as client:
        collection = client["shop"]["orders"]
        collection.drop()
        collection.insert_many(written)
        # As the example asks, and in batches of which one answer needs several.
        assert answer(lambda: stored_batches(uri)) == expected
        batches: list[Any] = list(collection.find_raw_batches(batch_size=_BATCH))
        assert len(batches) >= _ORDERS // _BATCH
        assert answer(lambda: batches) == expected
    print(f"  the web view: {_ORDERS} orders, also in {len(batches)} batches, all as written")


if __name__ == "__main__":
    main()
