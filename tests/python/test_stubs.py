"""The type stubs agree with the extension at run time, and with what a user would write."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from support import process

import pymongo_cpp

PACKAGE = Path(pymongo_cpp.__file__).resolve().parent
PROGRAM = Path(__file__).resolve().parent / "support" / "typed_program.py"

# stubtest compares defaults, and a C function's signature cannot spell the default CodecOptions.
ALLOWED = "pymongo_cpp._native.encode\n"


def python(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    # mypy finds what is installed by itself, and refuses to be shown the way.
    if not PACKAGE.is_relative_to(sysconfig.get_path("platlib")):
        environment["MYPYPATH"] = str(PACKAGE.parent)
        environment["PYTHONPATH"] = str(PACKAGE.parent)
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=300,
        check=False,
    )


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()
    assert (PACKAGE / "_native.pyi").is_file()


@pytest.mark.unsanitized(reason="mypy, which reads signatures and calls nothing")
def test_the_stubs_are_those_of_the_extension(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed.txt"
    allowed.write_text(ALLOWED)
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\n")
    done = python(
        tmp_path, "-m", "mypy.stubtest", "pymongo_cpp._native",
        "--mypy-config-file", str(config), "--allowlist", str(allowed),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.unsanitized(reason="mypy alone: no extension is loaded")
def test_a_typed_program_checks(tmp_path: Path) -> None:
    done = python(tmp_path, "-m", "mypy", "--strict", "--no-incremental", str(PROGRAM))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_typed_program_runs() -> None:
    assert process.python(str(PROGRAM)).stdout.strip() == "3"
