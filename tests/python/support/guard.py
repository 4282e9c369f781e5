"""Memory between two unreadable pages: a read of one byte too many, or too early, is a fault."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Iterator
from typing import Any

from support.canonical import Outcome

PAGE = mmap.PAGESIZE
PROT_NONE = 0


class GuardedMemory:
    """Whole pages with an unreadable page before and after them."""

    def __init__(self, size: int) -> None:
        """Map room for `size` bytes; raises OSError when the pages cannot be protected."""
        self._inner = -(-max(size, 1) // PAGE) * PAGE
        self._area = mmap.mmap(-1, self._inner + 2 * PAGE)
        probe = ctypes.c_char.from_buffer(self._area)
        self._first = ctypes.addressof(probe)
        del probe
        libc = ctypes.CDLL(None, use_errno=True)
        for address in (self._first, self._first + PAGE + self._inner):
            if libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(PAGE), PROT_NONE) != 0:
                raise OSError(ctypes.get_errno(), "mprotect")

    def holds(self, size: int) -> bool:
        """Tell whether `size` bytes fit between the guard pages."""
        return size <= self._inner

    def before_the_guard(self, data: bytes) -> memoryview:
        """Return `data` so placed that the byte after it cannot be read."""
        return self._place(data, PAGE + self._inner - len(data))

    def after_the_guard(self, data: bytes) -> memoryview:
        """Return `data` so placed that the byte before it cannot be read."""
        return self._place(data, PAGE)

    def _place(self, data: bytes, start: int) -> memoryview:
        if not self.holds(len(data)):
            raise ValueError("the data does not fit between the guard pages")
        self._area[start : start + len(data)] = data
        return _view_of_bytes(bytes(data), self._first + start)

    def crash(self) -> int:
        """Read the page after the memory, which ends the process: a test of the test."""
        return self._area[PAGE + self._inner]


def _view_of_bytes(data: bytes, address: int) -> memoryview:
    """Return a view of `data` that has its bytes at another address.

    The codec copies what could change, and looks at the copy; what a view of a bytes object shows
    it takes to be constant, and reads where that is.
    """
    view = memoryview(data)
    pointers = ctypes.sizeof(ctypes.c_void_p)
    fields = (ctypes.c_void_p * (memoryview.__basicsize__ // pointers)).from_address(id(view))
    of_data = id(data) + bytes.__basicsize__ - 1  # behind the header; a zero byte is counted too
    fields[list(fields).index(of_data)] = address
    return view


_memory: GuardedMemory | None = None


def at_the_guards(data: bytes) -> Iterator[memoryview]:
    """Yield `data` so placed that the byte after it cannot be read, then the byte before it.

    Each view is good until the next call of this function that places other data.
    """
    global _memory
    if _memory is None or not _memory.holds(len(data)):
        _memory = GuardedMemory(len(data))
    yield _memory.before_the_guard(data)
    yield _memory.after_the_guard(data)


def guarded(call: Callable[..., Any], data: bytes, *arguments: Any) -> Outcome:
    """Return the outcome of `call(data, *arguments)`, which must not depend on where `data` lies.

    It is called with `data` as it is and with `data` against an unreadable page on each side: to
    read a byte outside of it ends the process.

    :raises AssertionError: when a place changes the outcome.
    """
    plain = Outcome(call, data, *arguments)
    expected = plain.exact
    for view in at_the_guards(data):
        placed = Outcome(call, view, *arguments)
        assert placed.exact == expected, (placed, plain)
    return plain
