"""PyMongo's source distribution, fetched by pip and kept under `build/`, never committed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pymongo

from support.process import unsanitized_environment


def unpacked_sdist(cache: Path) -> Path:
    """Return the folder of the installed PyMongo version's sdist, downloading it at most once.

    :param cache: the folder that keeps the archive and what was unpacked from it.
    :raises subprocess.CalledProcessError: when pip cannot fetch the archive.
    """
    name = f"pymongo-{pymongo.version}"
    target = cache / name
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / f"{name}.tar.gz"
    if not archive.is_file():
        _download(cache, archive)
    # Unpack beside the target and rename, so that an interrupted run leaves no half a tree.
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        shutil.move(str(Path(scratch) / name), target)
    return target


def _download(cache: Path, archive: Path) -> None:
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", "pymongo", "--dest", scratch, f"pymongo=={pymongo.version}"]
        # pip runs programs that tell it of the system, and the compiler.
        subprocess.run(command, check=True, timeout=300, env=unsanitized_environment())
        shutil.move(str(next(Path(scratch).glob("*.tar.gz"))), archive)
