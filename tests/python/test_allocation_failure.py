"""Each allocation of each function fails in turn: an exception, no crash, no leak, no harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support.process import unsanitized_environment

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def allocator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the built module that makes allocations fail."""
    folder = tmp_path_factory.mktemp("allocator")
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    subprocess.run(
        [
            os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror",
            "-I", sysconfig.get_path("include"), str(HERE / "support" / "failing_allocator.c"),
            "-o", str(folder / f"failing_allocator{suffix}"),
        ],
        check=True,
        env=unsanitized_environment(),
    )  # fmt: skip
    return folder


def test_each_allocation_fails_in_turn(allocator: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path[1:]])}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "support.allocation_run", str(allocator)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    counts = json.loads(done.stdout)
    assert all(count >= 2 for count in counts.values()), counts
    assert sum(counts.values()) > 1_000, counts
