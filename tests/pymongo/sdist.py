"""PyMongo's own test suite, from the source distribution of one PyMongo version.

Only ``test/``, ``fuzz/`` and the pytest settings are unpacked: with the sdist's ``bson/`` or
``pymongo/`` beside them the tests would run against those instead of the installed package.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"

_UNPACKED = ("test", "fuzz", "pyproject.toml", "pytest.ini")


def suite_directory(version: str) -> Path:
    """Return the directory with the suite of PyMongo ``version``, downloaded when missing.

    :raises RuntimeError: the sdist could not be downloaded or holds no tests.
    """
    target = BUILD / "pymongo-suite" / version
    if (target / "test" / "__init__.py").exists():
        return target
    archive = _download(version)
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(partial, members=_suite_members(tar), filter="data")
    (root,) = partial.iterdir()
    if not (root / "test" / "__init__.py").exists():
        raise RuntimeError(f"{archive.name} holds no test suite")
    root.rename(target)
    partial.rmdir()
    return target


def _suite_members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for member in tar:
        parts = Path(member.name).parts
        if len(parts) > 1 and parts[1] in _UNPACKED:
            yield member


def _download(version: str) -> Path:
    folder = BUILD / "sdist"
    folder.mkdir(parents=True, exist_ok=True)
    archive = _downloaded(folder, version)
    if archive is None:
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--disable-pip-version-check",
                "--no-binary",
                "pymongo",
                "--no-deps",
                "-d",
                str(folder),
                f"pymongo=={version}",
            ],
            check=True,
            timeout=600,
        )
        archive = _downloaded(folder, version)
    if archive is None:
        raise RuntimeError(f"no source distribution of PyMongo {version}")
    return archive


def _downloaded(folder: Path, version: str) -> Path | None:
    # 4.9 and 4.9.0 name the same release.
    names = {version, f"{version}.0", version.removesuffix(".0")}
    archives = (folder / f"pymongo-{name}.tar.gz" for name in names)
    return next((archive for archive in archives if archive.exists()), None)
