"""Build the source distribution and a wheel for each CPython that is here, and test each wheel.

Usage: build_wheels.py [--python PYTHON ...] [--check-reproducible] [--no-test | --tests PATH ...]

Writes into dist/: the sdist, wheels repaired by auditwheel to the lowest manylinux tag that the
build allows, and under dist/debug/ the debug information that was split off. Each wheel is built
from the sdist, installed into an empty environment, and has tests/python run against it there, not
against the source tree. simdjson is compiled into each, from the sources that
requirements/simdjson.txt pins, so that a wheel needs no library but libc's. With
--check-reproducible the sdist and each wheel are made a second time, the wheel in another folder,
and must come out with the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from fetch_simdjson import fetch_simdjson

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
WORK = ROOT / "build" / "wheels"
SIMDJSON = WORK / "simdjson"
MAX_WHEEL_BYTES = 1_500_000
OLDEST = (3, 11)
NEWEST = (3, 15)

DESCRIBE = (
    "import sys, sysconfig; "
    "print(sys.implementation.name, *sys.version_info[:2], "
    "int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))"
)


@dataclass(frozen=True)
class Interpreter:
    """A CPython to build for."""

    path: Path
    tag: str  # cp311, cp313t


def run(*command: str | Path, **options: object) -> None:
    subprocess.run([str(part) for part in command], check=True, **options)  # type: ignore[call-overload]


def describe(path: Path) -> Interpreter | None:
    """Return what `path` is, or None where it is not a CPython that can build extensions."""
    result = subprocess.run(
        [str(path), "-c", DESCRIBE], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        return None
    name, major, minor, free_threaded = result.stdout.split()
    if name != "cpython" or not OLDEST <= (int(major), int(minor)) <= NEWEST:
        return None
    return Interpreter(path, f"cp{major}{minor}{'t' if free_threaded == '1' else ''}")


def interpreters_here() -> list[Interpreter]:
    """Look on PATH and where pyenv keeps its versions; one interpreter for each tag."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [path for name in names for path in pyenv.glob(f"*/bin/{name}")]
    candidates += [Path(found) for name in names if (found := shutil.which(name))]
    by_tag: dict[str, Interpreter] = {}
    for interpreter in filter(None, map(describe, candidates)):
        by_tag.setdefault(interpreter.tag, interpreter)
    return [by_tag[tag] for tag in sorted(by_tag)]


def source_date_epoch() -> str:
    """Return the time of the last commit, so that the same commit gives the same bytes."""
    command = ["git", "log", "-1", "--format=%ct"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip() or "0"


def prepare_environment() -> None:
    """Let nothing but the commit and the compiler decide on what is built."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", source_date_epoch())
    # A compiler cache gives back objects that name the folder of another build.
    os.environ.pop("CMAKE_CXX_COMPILER_LAUNCHER", None)


def build_sdist(directory: Path) -> Path:
    """Build in an empty `directory`."""
    shutil.rmtree(directory, ignore_errors=True)
    run(sys.executable, "-m", "build", "--sdist", "--outdir", directory, ROOT)
    (sdist,) = directory.glob("pymongo_cpp-*.tar.gz")
    return sdist


def build_wheel(sdist: Path, interpreter: Interpreter, directory: Path) -> tuple[Path, Path]:
    """Build in an empty `directory`; return the wheel and its debug information."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    with tarfile.open(sdist) as archive:
        archive.extractall(directory, filter="data")
    (source,) = directory.iterdir()
    simdjson = shutil.copytree(SIMDJSON, directory / "simdjson")
    raw = directory / "raw"
    run(
        # This environment's pip, because a system's interpreter may have none.
        *(sys.executable, "-m", "pip", "--python", interpreter.path),
        *("wheel", "-q", "--disable-pip-version-check", "--no-deps", "--wheel-dir", raw),
        "--config-settings=cmake.define.BSONPP_SPLIT_DEBUG=ON",
        f"--config-settings=cmake.define.BSONPP_SIMDJSON_SOURCE={simdjson}",
        source,
    )
    repaired = directory / "repaired"
    (wheel,) = raw.glob("*.whl")
    run(sys.executable, "-m", "auditwheel", "repair", "--wheel-dir", repaired, wheel)
    (wheel,) = repaired.glob("*.whl")
    (debug,) = (source / "build").rglob("_native*.debug")
    return wheel, debug


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_same_bytes(first: Path, second: Path) -> None:
    if digest(first) != digest(second):
        sys.exit(f"error: two builds of {first.name} differ: {first} and {second}")
    print(f"{first.name}: a second build gives the same bytes", flush=True)


def check_wheel(wheel: Path, interpreter: Interpreter, tests: list[Path]) -> None:
    """Install into an empty environment and run the Python tests against what is installed."""
    environment = WORK / f"{interpreter.tag}-environment"
    run(interpreter.path, "-m", "venv", "--clear", environment)
    python = environment / "bin" / "python"
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    run(*pip, "-r", ROOT / "requirements" / "test.txt")
    run(*pip, "--no-deps", wheel)
    run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--installed", *tests)


def main() -> int:
    parser = argparse.ArgumentParser(description="Build and test the sdist and the wheels.")
    parser.add_argument("--python", action="append", type=Path, help="instead of all that are here")
    parser.add_argument("--no-test", action="store_true", help="build only")
    parser.add_argument("--check-reproducible", action="store_true", help="build each wheel twice")
    parser.add_argument(
        "--tests",
        nargs="+",
        type=Path,
        default=[ROOT / "tests" / "python"],
        help="what to run of them (all)",
    )
    options = parser.parse_args()

    if options.python:
        described = [describe(path) for path in options.python]
        interpreters = [interpreter for interpreter in described if interpreter]
    else:
        interpreters = interpreters_here()
    if not interpreters:
        sys.exit("error: no CPython from 3.11 on was found")

    prepare_environment()
    sdist = build_sdist(DIST)
    (DIST / "debug").mkdir()
    if options.check_reproducible:
        check_same_bytes(sdist, build_sdist(WORK / "again"))
    fetch_simdjson(SIMDJSON)
    for interpreter in interpreters:
        built, debug = build_wheel(sdist, interpreter, WORK / interpreter.tag)
        wheel = Path(shutil.copy(built, DIST))
        shutil.copy(debug, DIST / "debug")
        size = wheel.stat().st_size
        print(f"{wheel.name}: {size:,} bytes", flush=True)
        if size > MAX_WHEEL_BYTES:
            sys.exit(f"error: {wheel.name} is larger than {MAX_WHEEL_BYTES:,} bytes")
        if options.check_reproducible:
            again, _ = build_wheel(sdist, interpreter, WORK / "again" / interpreter.tag)
            check_same_bytes(wheel, again)
        if not options.no_test:
            check_wheel(wheel, interpreter, options.tests)
    return 0


if __name__ == "__main__":
    sys.exit(main())
