"""Memory between two unreadable pages: a read of one byte too many, or too early, is a fault."""

from __future__ import annotations

import ctypes
import mmap

PAGE = mmap.PAGESIZE
PROT_NONE = 0


class GuardedMemory:
    """Whole pages with an unreadable page before and after them."""

    def __init__(self, size: int) -> None:
        """Map room for `size` bytes; raises OSError when the pages cannot be protected."""
        self._inner = -(-max(size, 1) // PAGE) * PAGE
        self._area = mmap.mmap(-1, self._inner + 2 * PAGE)
        probe = ctypes.c_char.from_buffer(self._area)
        first = ctypes.addressof(probe)
        del probe
        libc = ctypes.CDLL(None, use_errno=True)
        for address in (first, first + PAGE + self._inner):
            if libc.mprotect(ctypes.c_void_p(address), ctypes.c_size_t(PAGE), PROT_NONE) != 0:
                raise OSError(ctypes.get_errno(), "mprotect")

    def before_the_guard(self, data: bytes) -> memoryview:
        """Return `data` so placed that the byte after it cannot be read."""
        return self._place(data, PAGE + self._inner - len(data))

    def after_the_guard(self, data: bytes) -> memoryview:
        """Return `data` so placed that the byte before it cannot be read."""
        return self._place(data, PAGE)

    def _place(self, data: bytes, start: int) -> memoryview:
        if len(data) > self._inner:
            raise ValueError("the data does not fit between the guard pages")
        view = memoryview(self._area)[start : start + len(data)]
        view[:] = data
        return view

    def crash(self) -> int:
        """Read the page after the memory, which ends the process: a test of the test."""
        return self._area[PAGE + self._inner]
