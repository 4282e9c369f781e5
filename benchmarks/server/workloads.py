"""What the client does: reads all documents, or inserts them, with either of PyMongo's clients."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient, MongoClient

from benchmarks.server.codecs import codec_clock
from benchmarks.server.conversation import BATCH_SIZE, COLLECTION, DATABASE

Documents = list[dict[str, Any]]

# One greeting is recorded; a second one must not come into a measurement.
_OPTIONS = {"heartbeatFrequencyMS": 3_600_000}


@dataclass(frozen=True)
class Sample:
    """CPU time of the client's process, all its threads, and of the codec in it, in seconds."""

    cpu: float
    wall: float
    codec: float | None


@dataclass(frozen=True)
class Workload:
    """An operation with one of the clients."""

    operation: str
    client: str
    run: Callable[[int, Documents, bool], Sample]
    """Takes the port, the documents and whether to time the codec too."""


class _Stopwatch:
    """Measures a ``with`` block."""

    def __init__(self, *, time_codec: bool) -> None:
        self._time_codec = time_codec
        self.sample = Sample(0.0, 0.0, None)

    def __enter__(self) -> None:
        gc.collect()
        # The client's own objects are measured, not those of this program.
        gc.freeze()
        if self._time_codec:
            self._clock = codec_clock()
            self._codec = self._clock.__enter__()
        self._started = (time.process_time(), time.perf_counter())

    def __exit__(self, *exception: Any) -> None:
        cpu = time.process_time() - self._started[0]
        wall = time.perf_counter() - self._started[1]
        gc.unfreeze()
        codec = None
        if self._time_codec:
            self._clock.__exit__(*exception)
            codec = self._codec.seconds
        self.sample = Sample(cpu, wall, codec)


def _sync_find(port: int, documents: Documents, time_codec: bool) -> Sample:
    stopwatch = _Stopwatch(time_codec=time_codec)
    with MongoClient[dict[str, Any]]("127.0.0.1", port, **_OPTIONS) as client:
        collection = _warm(client)[COLLECTION]
        count = 0
        with stopwatch:
            for _ in collection.find(batch_size=BATCH_SIZE):
                count += 1
    _check(count, documents)
    return stopwatch.sample


def _sync_insert(port: int, documents: Documents, time_codec: bool) -> Sample:
    stopwatch = _Stopwatch(time_codec=time_codec)
    with MongoClient[dict[str, Any]]("127.0.0.1", port, **_OPTIONS) as client:
        collection = _warm(client)[COLLECTION]
        with stopwatch:
            result = collection.insert_many(documents)
    _check(len(result.inserted_ids), documents)
    return stopwatch.sample


def _async_find(port: int, documents: Documents, time_codec: bool) -> Sample:
    async def find() -> Sample:
        stopwatch = _Stopwatch(time_codec=time_codec)
        client: AsyncMongoClient[dict[str, Any]]
        async with AsyncMongoClient("127.0.0.1", port, **_OPTIONS) as client:
            await client.admin.command("ping")
            count = 0
            with stopwatch:
                async for _ in client[DATABASE][COLLECTION].find(batch_size=BATCH_SIZE):
                    count += 1
        _check(count, documents)
        return stopwatch.sample

    return asyncio.run(find())


def _async_insert(port: int, documents: Documents, time_codec: bool) -> Sample:
    async def insert() -> Sample:
        stopwatch = _Stopwatch(time_codec=time_codec)
        client: AsyncMongoClient[dict[str, Any]]
        async with AsyncMongoClient("127.0.0.1", port, **_OPTIONS) as client:
            await client.admin.command("ping")
            with stopwatch:
                result = await client[DATABASE][COLLECTION].insert_many(documents)
        _check(len(result.inserted_ids), documents)
        return stopwatch.sample

    return asyncio.run(insert())


WORKLOADS = (
    Workload("find", "sync", _sync_find),
    Workload("find", "async", _async_find),
    Workload("insert_many", "sync", _sync_insert),
    Workload("insert_many", "async", _async_insert),
)


def read_back(port: int) -> Documents:
    """Return every document that a find gives, for the comparison of the codecs."""
    with MongoClient[dict[str, Any]]("127.0.0.1", port, **_OPTIONS) as client:
        return list(client[DATABASE][COLLECTION].find(batch_size=BATCH_SIZE))


def _warm(client: MongoClient[dict[str, Any]]) -> Any:
    """Connect, so that a measurement holds neither greeting nor server selection."""
    client.admin.command("ping")
    return client[DATABASE]


def _check(count: int, documents: Documents) -> None:
    if count != len(documents):
        raise RuntimeError(f"{count} documents instead of {len(documents)}")
