"""No decoding function reads a byte before or after its input, whatever the input holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from support.guard import GuardedMemory

import pymongo_cpp

MUTATIONS = 40_000 if os.environ.get("PYMONGO_CPP_TEST_PROFILE") == "long" else 1_000
HERE = Path(__file__).resolve().parent


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(HERE), *sys.path[1:]])
    environment = {**os.environ, "PYTHONPATH": path, **variables}
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=900,
        check=False,
    )


def test_the_guard_page_ends_a_process_that_reads_it() -> None:
    done = python(
        *("-c", "from support.guard import GuardedMemory; GuardedMemory(9).crash()"),
        # This fault is no finding of a sanitizer.
        ASAN_OPTIONS="handle_segv=0:handle_sigbus=0",
    )
    assert done.returncode in (-signal.SIGSEGV, -signal.SIGBUS), done.stderr
    assert "Segmentation fault" in done.stderr or "Bus error" in done.stderr


def test_views_at_the_guard_are_read_in_place() -> None:
    """A copy of them would have no unreadable page beside it."""
    first, second = (pymongo_cpp.encode({"a": number}) for number in (1, 2))
    memory = GuardedMemory(len(first))
    for place in (memory.before_the_guard, memory.after_the_guard):
        document = pymongo_cpp.LazyDocument(place(first))
        place(second)
        assert document["a"] == 2


def test_malformed_input_against_unreadable_pages(tmp_path: Path) -> None:
    progress = tmp_path / "progress"
    done = python("-m", "support.guarded_run", str(MUTATIONS), "11", str(progress))
    where = progress.read_bytes().decode(errors="replace").strip() if progress.exists() else ""
    assert done.returncode == 0, f"at {where!r}:\n{done.stderr[-3000:]}"
    counts = json.loads(done.stdout)
    assert counts.pop("inputs") > 2_500 + MUTATIONS
    assert set(counts) <= {"value", "InvalidBSON", "error", "JSONDecodeError"}, counts
    assert counts["value"] > 1_000
    assert counts["InvalidBSON"] > 50_000
