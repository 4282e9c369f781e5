"""Check that cibuildwheel, as pyproject.toml configures it, builds for each platform to be served.

Usage: check_platforms.py

The platforms are those that PyMongo ships wheels for. cibuildwheel is only asked what it would
build; it builds nothing here.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("cp311", "cp312", "cp313", "cp314")
PLATFORMS = {
    "linux": {
        *(f"manylinux_{machine}" for machine in ("x86_64", "aarch64", "i686", "ppc64le", "s390x")),
        *(f"musllinux_{machine}" for machine in ("x86_64", "aarch64")),
    },
    "macos": {"macosx_x86_64", "macosx_arm64"},
    "windows": {"win_amd64", "win_arm64", "win32"},
}


def configured(platform: str) -> set[str]:
    """Return the identifiers of the wheels that cibuildwheel would build."""
    command = [sys.executable, "-m", "cibuildwheel", "--print-build-identifiers"]
    result = subprocess.run(
        [*command, "--platform", platform, str(ROOT)], check=True, capture_output=True, text=True
    )
    return set(result.stdout.split())


def main() -> int:
    failed = False
    for platform, machines in PLATFORMS.items():
        expected = {f"{python}-{machine}" for python in PYTHONS for machine in machines}
        built = configured(platform)
        for what, identifiers in (("lacks", expected - built), ("has besides", built - expected)):
            if identifiers:
                failed = True
                print(f"error: cibuildwheel {what}: {', '.join(sorted(identifiers))}")
        print(f"cibuildwheel is configured for {len(built)} wheels on {platform}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
