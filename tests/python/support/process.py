"""A new interpreter for each test that changes PyMongo, which only a process can undo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import bson

TIMEOUT_S = 120


def unsanitized_environment() -> dict[str, str]:
    """Return the environment for another program than Python.

    The sanitizers' runtime that is preloaded for this interpreter would judge that program too.
    """
    return {name: text for name, text in os.environ.items() if name != "LD_PRELOAD"}


def python(
    *arguments: str,
    executable: str = sys.executable,
    pymongo_cpp: str | None = None,
    path: tuple[Path, ...] = (),
    expected_code: int | None = 0,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run the interpreter with ``arguments`` and return what it did.

    :param pymongo_cpp: the value of ``PYMONGO_CPP``; not set where None.
    :param path: folders that come first on ``PYTHONPATH``.
    :param expected_code: the exit code that is asserted; None for any.
    """
    environment = dict(os.environ)
    environment.pop("PYMONGO_CPP", None)
    if pymongo_cpp is not None:
        environment["PYMONGO_CPP"] = pymongo_cpp
    search_path = [*map(str, path), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, search_path))
    result = subprocess.run(
        [executable, *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env=environment,
        check=False,
        **options,
    )
    if expected_code is not None:
        assert result.returncode == expected_code, result.stdout + result.stderr
    return result


def script(text: str, **options: Any) -> str:
    """Run ``text`` as ``python -c`` and return what it printed."""
    return python("-c", textwrap.dedent(text), **options).stdout


def copy_of_pymongo(folder: Path, *, extensions: bool) -> Path:
    """Copy the installed PyMongo into ``folder``, for tests that change it.

    :param extensions: keep its C extensions; without them it is the pure Python PyMongo.
    """
    installed = Path(bson.__file__).parents[1]
    ignored = shutil.ignore_patterns("__pycache__", *(() if extensions else ("*.so",)))
    for package in ("bson", "pymongo", "gridfs"):
        shutil.copytree(installed / package, folder / package, ignore=ignored)
    return folder
