"""pytest plugin for PyMongo's suite: makes sure which codec serves it, and says so."""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator

import active_codec
import pytest


def pytest_configure() -> None:
    """Refuse to run on another codec, or on another PyMongo, than the one asked for."""
    problem = active_codec.problem()
    if problem is not None:
        raise pytest.UsageError(problem)


def pytest_report_header() -> str:
    """Name both modules that serve the suite."""
    return active_codec.description()


def pytest_collection_finish() -> None:
    """Keep the collected tests out of the garbage collections that PyMongo's teardown asks for.

    Thousands of them each walk all of pytest's objects otherwise: two thirds of the suite's time.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None]:
    """Switch off the alarm clock that a test may leave behind.

    test_interrupt_signal sets one to interrupt a query. Where the query fails before it rings, it
    would end pytest instead, and with it every test that is still to come.
    """
    try:
        return (yield)
    finally:
        signal.alarm(0)
