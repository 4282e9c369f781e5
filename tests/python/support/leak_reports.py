"""What other projects leak, kept out of LeakSanitizer's report of the sanitized tests."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator


@contextlib.contextmanager
def uncounted() -> Iterator[None]:
    """Leave what is allocated in this thread meanwhile out of the report, where there is one.

    Only for calls into PyMongo's own extensions: ours are to be counted.
    """
    process = ctypes.CDLL(None)
    if not hasattr(process, "__lsan_disable"):
        yield
        return
    process.__lsan_disable()
    try:
        yield
    finally:
        process.__lsan_enable()
