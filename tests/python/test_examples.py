"""Each Python example runs, warns of nothing, and says what it shows.

The demo has tests of its own beside the benchmark's, and the C++ example is built and run against
the installed package by ``ctest``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

SAYS = {
    "asyncio_client.py": "5 clients were answered with 4111 documents",
    "dropin_app.py": "under the drop-in, BSON by pymongo_cpp",
    "encode_decode.py": "a value that BSON does not know: InvalidDocument",
    "json_view.py": "application/json: 300 orders",
    "lazy.py": "matching orders of 1000: [0, 140, 280, 420, 560, 700, 840, 980]",
    "options_and_types.py": "with a registry: Decimal('2.50')",
    "stream_dump.py": "{'created': 1000, 'paid': 1000, 'sent': 1000}",
    "threads.py": "8 threads",
    "unmodified_program.py": "2000 orders, 400 of them of VIP customers",
}
TESTED_ELSEWHERE = {"demo.py"}


def _run(*arguments: str | Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYMONGO_CPP"}
    result = subprocess.run(
        [sys.executable, "-W", "error", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize(
    "name", sorted({path.name for path in EXAMPLES.glob("*.py")} - TESTED_ELSEWHERE)
)
def test_example(name: str) -> None:
    output = _run(EXAMPLES / name)
    assert SAYS.get(name, "") in output
    assert output != ""


def test_every_example_of_the_list_is_there() -> None:
    assert set(SAYS) <= {path.name for path in EXAMPLES.glob("*.py")}


def test_a_dump_of_ones_own_is_streamed(tmp_path: Path) -> None:
    import pymongo_cpp

    dump = tmp_path / "own.bson"
    dump.write_bytes(b"".join(pymongo_cpp.encode({"kind": kind}) for kind in "aab"))
    assert _run(EXAMPLES / "stream_dump.py", dump) == "{'a': 2, 'b': 1}\n"


def test_an_unmodified_program_runs_on_this_codec() -> None:
    output = _run("-m", "pymongo_cpp", "run", EXAMPLES / "unmodified_program.py")
    assert "2000 orders" in output
    assert "its BSON by " in output
    assert "pymongo_cpp" in output.splitlines()[-1]
