"""What a figure was measured with: versions, processor, compiler and flags."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from pymongo_cpp.bench.baseline import c_module

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("pymongo", "msgspec", "ormsgpack", "orjson", "pyperf")


def _output(*command: str) -> str:
    try:
        result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return result.stdout.strip()


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _processor_field(name: str) -> str | None:
    """What the system tells of this machine's processor under that name, if it does."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(rf"^{name}\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else None


def processor_flags() -> frozenset[str]:
    """The instruction sets of this machine's processor; none where the system does not say."""
    return frozenset((_processor_field("flags") or "").split())


def processor() -> str:
    """The processor's own name, where the system tells it."""
    return _processor_field("model name") or platform.processor() or platform.machine()


def compiler_of(library: str) -> str:
    """The compilers that a shared object names in its comment section."""
    comments = _output("readelf", "-p", ".comment", library)
    return "; ".join(re.findall(r"\]\s+(.+)", comments)) or "unknown"


def _build_flags(library: str) -> str:
    """The flags that the extension in the source tree was compiled with."""
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    commands = ROOT / "build" / f"{tag}-release" / "compile_commands.json"
    if not Path(library).is_relative_to(ROOT) or not commands.is_file():
        return "unknown"
    for entry in json.loads(commands.read_text(encoding="utf-8")):
        if "/src/python/" in entry["file"]:
            flags = [
                word for word in entry["command"].split() if word.startswith(("-O", "-f", "-m"))
            ]
            return " ".join([*flags, "-std=c++20"])
    return "unknown"


def native_library() -> str:
    """The file of this project's extension."""
    return str(importlib.import_module("pymongo_cpp._native").__file__)


def describe() -> dict[str, str]:
    """Everything that a reader needs to judge or to repeat a measurement."""
    ours, theirs = native_library(), str(c_module().__file__)
    commit = _output("git", "rev-parse", "--short", "HEAD")
    changed = _output(
        "git", "status", "--porcelain", "--untracked-files=no", "--", "src", "include"
    )
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "python compiler": platform.python_compiler(),
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}, "
        f"{' '.join(platform.libc_ver())}",
        "commit": (commit or "unknown") + (" and uncommitted changes" if changed else ""),
        "C++ compiler": compiler_of(ours),
        "C++ flags": _build_flags(ours),
        "C extension": Path(theirs).name,
        "C extension's compiler": compiler_of(theirs),
        **{package: _version(package) for package in PACKAGES},
    }
