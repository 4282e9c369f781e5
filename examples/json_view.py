"""Answer web requests with JSON made of raw batches: no document becomes a Python object.

::

    python examples/json_view.py [MONGODB_URI]

With a URI the documents come from that server's collection ``shop.orders``, by
``find_raw_batches``; without one, batches of the same form stand in for it. The view is a WSGI
application, so that it runs as it is under any server; in FastAPI, ``StreamingResponse(body,
media_type="application/json")`` takes the same body, and so does Django's
``StreamingHttpResponse(body, content_type="application/json")``.
"""

from __future__ import annotations

import datetime
import json
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import bson
from pymongo import MongoClient

from pymongo_cpp.json import stream_json_array

Batches = Callable[[], Iterable[bytes]]


def stored_batches(uri: str) -> Iterator[bytes]:
    """Yield what a server sends: each batch is BSON documents one after another."""
    with MongoClient[dict[str, Any]](uri) as client:
        yield from client["shop"]["orders"].find_raw_batches()


def sample_batches(batches: int = 3, size: int = 100) -> Iterator[bytes]:
    """Yield batches as ``find_raw_batches`` does."""
    ordered = datetime.datetime(2024, 5, 1, 12, 30, 15, 250_000)
    for first in range(0, batches * size, size):
        yield b"".join(
            bson.encode(
                {
                    "_id": bson.ObjectId(f"{number:024x}"),
                    "ordered": ordered + datetime.timedelta(hours=number),
                    "total": bson.Decimal128(f"{number}.90"),
                    "lines": [{"sku": f"A-{number}", "quantity": number % 5 + 1}],
                }
            )
            for number in range(first, first + size)
        )


def orders_view(batches: Batches) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application that answers with all orders as one JSON array."""

    def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return stream_json_array(batches(), mode="plain", datetimes="iso8601", decimals="string")

    return application


class QuietHandler(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def main() -> None:
    """Serve the view, ask it once, and print what a browser would get."""
    uris = sys.argv[1:]
    batches: Batches = (lambda: stored_batches(uris[0])) if uris else sample_batches
    with make_server("127.0.0.1", 0, orders_view(batches), handler_class=QuietHandler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/orders") as answer:
            body = answer.read()
            kind = answer.headers["Content-Type"]
        thread.join()
    orders = json.loads(body)
    print(f"{kind}: {len(orders)} orders in {len(body):,} bytes")
    if orders:
        print(json.dumps(orders[0]))


if __name__ == "__main__":
    main()
