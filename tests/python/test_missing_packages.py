"""A build that lacks something says which package holds it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.unsanitized(reason="CMake alone: no extension is loaded")

SIMDJSON_FROM = "-DBSONPP_SIMDJSON_URL="


def _configure(project_root: Path, folder: Path, *definitions: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["cmake", "-S", project_root, "-B", folder, "-DBSONPP_HARDENING=OFF", *definitions],
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("library", "package", "definitions"),
    [
        ("simdjson", "libsimdjson-dev", [f"{SIMDJSON_FROM}file:///nowhere/simdjson.tar.gz"]),
        ("GTest", "libgtest-dev", ["-DBSONPP_JSON=OFF", "-DBSONPP_BUILD_TESTS=ON"]),
        ("Python", "python3-dev", ["-DBSONPP_JSON=OFF", "-DBSONPP_BUILD_PYTHON=ON"]),
    ],
)
def test_a_missing_library_is_named(
    project_root: Path, tmp_path: Path, library: str, package: str, definitions: list[str]
) -> None:
    hidden = f"-DCMAKE_DISABLE_FIND_PACKAGE_{library}=ON"
    result = _configure(project_root, tmp_path, hidden, *definitions)
    assert result.returncode != 0
    error = " ".join(result.stderr.split())
    assert f"package {package}" in error
    assert error.count("CMake Error") == 1


def _configure_fetched(
    project_root: Path, tmp_path: Path, archive: Path, *definitions: str
) -> subprocess.CompletedProcess:
    """Configure where simdjson is fetched from `archive`."""
    hidden = "-DCMAKE_DISABLE_FIND_PACKAGE_simdjson=ON"
    address = f"{SIMDJSON_FROM}{archive.as_uri()}"
    return _configure(
        project_root,
        tmp_path / "build",
        *(hidden, address, "-DBSONPP_BUILD_TESTS=OFF", *definitions),
    )


def test_what_is_fetched_is_checked_against_its_hash(project_root: Path, tmp_path: Path) -> None:
    archive = tmp_path / "simdjson.tar.gz"
    archive.write_bytes(b"something else")
    result = _configure_fetched(project_root, tmp_path, archive)
    assert result.returncode != 0
    error = " ".join(result.stderr.split())
    assert "is not simdjson 3.12.3: its SHA-256 is " in error
    assert "package libsimdjson-dev" in error
    assert error.count("CMake Error") == 1
    assert not (tmp_path / "build" / "simdjson.tar.gz").exists()


def test_what_is_fetched_is_unpacked_and_built(project_root: Path, tmp_path: Path) -> None:
    sources = tmp_path / "simdjson-3.12.3" / "singleheader"
    sources.mkdir(parents=True)
    (sources / "simdjson.h").touch()
    (sources / "simdjson.cpp").write_text('#include "simdjson.h"\n')
    archive = tmp_path / "simdjson.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(sources.parent, sources.parent.name)
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    pinned = f"-DBSONPP_SIMDJSON_SHA256={sha256}"
    result = _configure_fetched(project_root, tmp_path, archive, pinned)
    assert result.returncode == 0, result.stderr
    command = ["cmake", "--build", tmp_path / "build", "--target", "bsonpp_simdjson"]
    subprocess.run(command, check=True, capture_output=True)


def test_a_missing_debian_package_is_named_to_who_may_not_install_it(
    project_root: Path, tmp_path: Path
) -> None:
    tools = {
        "apt-get": "exit 1",
        "id": "echo 1000",
    }
    for name, line in tools.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    result = subprocess.run(
        [project_root / "scripts" / "ensure-package.sh", "libgtest-dev", "false"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
    )
    assert result.returncode == 1
    assert "sudo apt-get install libgtest-dev" in result.stderr
