"""No decoding function reads a byte before or after its input, whatever the input holds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

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
