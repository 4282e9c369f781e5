"""Memory that changes while it is read gives values or InvalidBSON, and no str out of shape."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROUNDS = 100_000 if os.environ.get("PYMONGO_CPP_TEST_PROFILE") == "long" else 400
HERE = Path(__file__).resolve().parent


def test_buffers_that_another_process_and_another_thread_change() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path[1:]])}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "support.changing_run", str(ROUNDS)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    counts = json.loads(done.stdout)
    assert counts["value"] > ROUNDS
    assert counts["InvalidBSON"] > 0
