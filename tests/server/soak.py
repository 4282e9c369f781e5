"""The soak: threads and an asyncio client write mixed documents and read back exactly these.

Runs with the drop-in active: ``python -m pymongo_cpp run -m tests.server.soak URI``. Every client
inserts its own share, then reads it by find, by aggregate, as a stream of raw batches, as raw
documents and as lazy ones, all at the same time as the others.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, MongoClient

from pymongo_cpp import LazyDocument
from tests.pymongo import active_codec
from tests.server.soak_documents import document, documents, identical

_BATCH = 500
_RAW = CodecOptions(document_class=RawBSONDocument)
_LAZY: CodecOptions[Any] = CodecOptions(document_class=LazyDocument)
_COUNT_BY_KIND = [{"$group": {"_id": "$kind", "count": {"$sum": 1}}}]


class SoakError(AssertionError):
    """What was read is not what was written."""


@dataclass(frozen=True)
class Share:
    """The documents of one client: their numbers and which server they are for."""

    start: int
    stop: int
    server: str

    @property
    def collection(self) -> str:
        """A collection of its own."""
        return f"share_{self.start}"

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the documents in the order and number to insert them in."""
        made = documents(self.start, self.stop, self.server)
        while batch := list(itertools.islice(made, _BATCH)):
            yield batch

    def check(self, found: Iterable[Any], how: str) -> None:
        """Compare what was read, in the order of ``_id``, with what was written.

        :raises SoakError: a document differs, is missing, or is one too many.
        """
        checker = Checker(self, how)
        for value in found:
            checker.add(value)
        checker.finish()

    def check_counts(self, found: Iterable[dict[str, Any]]) -> None:
        """Compare the result of :data:`_COUNT_BY_KIND` with the documents."""
        made = documents(self.start, self.stop, self.server)
        expected = Counter(value["kind"] for value in made)
        if {row["_id"]: row["count"] for row in found} != expected:
            raise SoakError(f"{self.collection}: counts by kind differ")


class Checker:
    """Compares one document after the other with what a share wrote."""

    def __init__(self, share: Share, how: str) -> None:
        self._share = share
        self._how = how
        self._next = share.start

    def add(self, value: dict[str, Any]) -> None:
        """Compare the next document that was read."""
        if self._next >= self._share.stop:
            raise SoakError(f"{self._how}: more documents than written")
        if not identical(value, document(self._next, self._share.server)):
            raise SoakError(f"{self._how}: document {self._next} differs")
        self._next += 1

    def finish(self) -> None:
        """Check that nothing is missing."""
        if self._next != self._share.stop:
            raise SoakError(f"{self._how}: documents from {self._next} on are missing")


def soak_thread(client: MongoClient[dict[str, Any]], share: Share) -> None:
    """Write and read one share with the synchronous client."""
    collection = client.soak[share.collection]
    for batch in share.batches():
        collection.insert_many(batch)
    share.check(collection.find(sort=[("_id", 1)]), "find")
    share.check(collection.aggregate([{"$sort": {"_id": 1}}]), "aggregate")
    share.check_counts(collection.aggregate(_COUNT_BY_KIND))
    raw_batches = collection.find_raw_batches(sort=[("_id", 1)], batch_size=777)
    from_raw = (value for batch in raw_batches for value in bson.decode_all(batch))
    share.check(from_raw, "raw batches")
    raw = collection.with_options(_RAW).find(sort=[("_id", 1)])
    share.check((bson.decode(value.raw) for value in raw), "RawBSONDocument")
    lazy = collection.with_options(_LAZY).find(sort=[("_id", 1)])
    share.check((value.to_dict() for value in lazy), "LazyDocument")


async def soak_task(client: AsyncMongoClient[dict[str, Any]], share: Share) -> None:
    """Write and read one share with the asyncio client."""
    collection = client.soak[share.collection]
    for batch in share.batches():
        await collection.insert_many(batch)
    checker = Checker(share, "asyncio find")
    async for value in collection.find(sort=[("_id", 1)]):
        checker.add(value)
    checker.finish()
    checker = Checker(share, "asyncio aggregate")
    async for value in await collection.aggregate([{"$sort": {"_id": 1}}]):
        checker.add(value)
    checker.finish()
    checker = Checker(share, "asyncio raw batches")
    async for raw_batch in collection.find_raw_batches(sort=[("_id", 1)], batch_size=777):
        for value in bson.decode_all(raw_batch):
            checker.add(value)
    checker.finish()


async def soak_asyncio(uri: str, shares: list[Share]) -> None:
    """Write and read several shares at the same time in one event loop."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(uri) as client:
        await asyncio.gather(*(soak_task(client, share) for share in shares))


def soak(uri: str, count: int, thread_count: int, server: str) -> None:
    """Write and read ``count`` documents: threads and, with as many tasks, one event loop.

    :raises SoakError: something was not read back as it was written.
    """
    edges = [round(count * number / (2 * thread_count)) for number in range(2 * thread_count + 1)]
    shares = [Share(start, stop, server) for start, stop in itertools.pairwise(edges)]
    threads, tasks = shares[:thread_count], shares[thread_count:]
    with (
        MongoClient[dict[str, Any]](uri) as client,
        ThreadPoolExecutor(thread_count + 1) as executor,
    ):
        jobs: list[Callable[[], None]] = [
            lambda share=share: soak_thread(client, share)  # type: ignore[misc]
            for share in threads
        ]
        jobs.append(lambda: asyncio.run(soak_asyncio(uri, tasks)))
        for job in [executor.submit(job) for job in jobs]:
            job.result()


def main() -> int:
    """Soak the server that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("uri")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--server", choices=("ferretdb", "mongo-java-server"), required=True)
    options = parser.parse_args()
    problem = active_codec.problem()
    if problem is not None:
        sys.exit(problem)
    started = time.monotonic()
    soak(options.uri, options.documents, options.threads, options.server)
    seconds = time.monotonic() - started
    print(
        f"  {options.documents} documents, {options.threads} threads and {options.threads} asyncio "
        f"tasks: all read back as written, in {seconds:.0f} s; {active_codec.description()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
