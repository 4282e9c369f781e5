"""Run clang-tidy on C++ sources, several at a time, and only where something has changed.

Usage: run_clang_tidy.py FILE...

A file that passed is not looked at again until it, a header of the project, the checks or
clang-tidy itself change. Compiler flags come from build/lint (`cmake --preset lint`).
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "lint"
CACHE = BUILD / "clang-tidy-passed"
HEADER_DIRECTORIES = ("include", "src", "tests/cpp", "fuzz/core")


def compiled_files() -> set[Path]:
    """Return the sources that the lint build knows how to compile."""
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    return {Path(entry["file"]).resolve() for entry in commands}


def environment_digest() -> bytes:
    """Return a digest of all that a verdict depends on apart from the source itself."""
    digest = hashlib.sha256()
    version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True)
    digest.update(version.stdout)
    headers = [path for top in HEADER_DIRECTORIES for path in (ROOT / top).rglob("*.h")]
    for path in [ROOT / ".clang-tidy", *sorted(headers)]:
        digest.update(path.read_bytes())
    return digest.digest()


def passes(source: Path, environment: bytes) -> bool:
    """Check one source; print what clang-tidy says when it finds something."""
    marker = CACHE / hashlib.sha256(environment + source.read_bytes()).hexdigest()
    if marker.exists():
        return True
    # The flags are those of GCC, some of which clang does not have.
    foreign_flags = "--extra-arg=-Wno-unknown-warning-option"
    command = ["clang-tidy", "--quiet", "-p", str(BUILD), foreign_flags, str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        marker.touch()
        return True
    print(result.stdout or result.stderr, flush=True)
    return False


def main(arguments: list[str]) -> int:
    if not (BUILD / "compile_commands.json").exists():
        print("error: build/lint is not configured; run: make lint", file=sys.stderr)
        return 1
    CACHE.mkdir(exist_ok=True)
    known = compiled_files()
    sources = [path for path in (Path(name).resolve() for name in arguments) if path in known]
    environment = environment_digest()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda source: passes(source, environment), sources))
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
