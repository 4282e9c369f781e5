"""A virtual environment for one PyMongo version, with what its test suite needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.pymongo.sdist import BUILD, ROOT

_NEWEST_RUNNER = ["pytest==9.2.0", "pytest-asyncio==1.5.0"]
_OLDER_RUNNER = ["pytest==8.4.2", "pytest-asyncio==1.2.0"]
_NEWEST_RUNNER_SINCE = (4, 20)


def test_environment(version: str) -> Path:
    """Return the interpreter of the environment for PyMongo ``version``, made when missing.

    It sees the working tree's ``python/`` by a .pth file, as the project's own environment does.

    :raises RuntimeError: the PyMongo there has no C extension, the other side of the comparison.
    """
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}{sysconfig.get_config_var('abiflags')}"
    folder = BUILD / "suite-venv" / f"{tag}-pymongo-{version}"
    python = folder / "bin" / "python"
    requirements = [f"pymongo=={version}", *_runner(version), "importlib_metadata>=7"]
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != "\n".join(requirements):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        # A PyMongo built from source may silently lack its C extension.
        subprocess.run([*pip, "--only-binary", "pymongo", *requirements], check=True, timeout=600)
        _add_working_tree(python)
        stamp.write_text("\n".join(requirements))
    return python


def clean_environment(**variables: str) -> dict[str, str]:
    """Return this process's environment, less what steers Python and us, plus ``variables``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "PYMONGO_CPP", "DB_", "PYTEST"))
    }
    return {**kept, **variables}


def _runner(version: str) -> list[str]:
    number = tuple(int(part) for part in version.split(".")[:2])
    return _NEWEST_RUNNER if number >= _NEWEST_RUNNER_SINCE else _OLDER_RUNNER


def _add_working_tree(python: Path) -> None:
    site = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.strip()
    Path(site, "pymongo_cpp-working-tree.pth").write_text(f"{ROOT / 'python'}\n")
