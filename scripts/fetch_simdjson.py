"""Put simdjson's two source files into a folder.

Usage: fetch_simdjson.py FOLDER

They are taken out of a Python package that carries them, pinned by requirements/simdjson.txt, so
that no more than the package index has to be reachable. The folder is emptied first.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements" / "simdjson.txt"


def fetch_simdjson(folder: Path) -> None:
    """Leave simdjson.h and simdjson.cpp in `folder`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [
        *(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"),
        *("--no-deps", "--require-hashes", "--no-binary", "pysimdjson", "--dest", str(folder)),
        *("-r", str(REQUIREMENTS)),
    ]
    subprocess.run(command, check=True)
    (package,) = folder.glob("*.tar.gz")
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            if member.name.endswith(("simdjson/simdjson.h", "simdjson/simdjson.cpp")):
                member.name = Path(member.name).name
                archive.extract(member, folder, filter="data")


if __name__ == "__main__":
    fetch_simdjson(Path(sys.argv[1]))
