"""The fuzz targets: what each is called, how it is started and which seeds it begins with."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CRASHES = ROOT / "fuzz" / "crashes"
CORE_BUILD = ROOT / "build" / "fuzz"
WORK = CORE_BUILD / "work"

CORE_EXECUTIONS = 40_000
EXTENSION_EXECUTIONS = 4_000
_LARGEST_INPUT = 1024


@dataclass(frozen=True)
class Target:
    """A program with libFuzzer's command line."""

    name: str
    command: Sequence[str]
    seeds: str
    """The folder of seeds: bson, filters or json."""
    executions: int
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept_crashes(self) -> list[Path]:
        """Inputs that once ended this target, or that a fault called for."""
        folder = CRASHES / self.name
        return sorted(folder.iterdir()) if folder.is_dir() else []


def common_arguments() -> list[str]:
    """Return the arguments that every target is started with."""
    return ["-timeout=20", "-rss_limit_mb=3000", f"-max_len={_LARGEST_INPUT}"]


def core_targets() -> list[Target]:
    """Return the libFuzzer targets of the core, which `cmake --preset fuzz` builds."""
    environment = {
        "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    return [
        Target(
            name,
            [str(CORE_BUILD / "fuzz" / "core" / f"{name}_fuzzer")],
            seeds,
            CORE_EXECUTIONS,
            {
                **environment,
                "LLVM_PROFILE_FILE": str(WORK / "profiles" / f"{name}-%p.profraw"),
            },
        )
        for name, seeds in (
            ("walk", "bson"),
            ("round_trip", "bson"),
            ("to_json", "bson"),
            ("lazy", "filters"),
            ("text", "json"),
            ("json_text", "json"),
        )
    ]


def extension_targets(build: Path) -> list[Target]:
    """Return the Atheris targets of the extension.

    :param build: the build directory of the preset python-fuzz.
    :raises RuntimeError: Atheris is not installed.
    """
    atheris = importlib.util.find_spec("atheris")
    if atheris is None or atheris.origin is None:
        raise RuntimeError("atheris is missing; run: make fuzz")
    subprocess.run([ROOT / "scripts" / "package-with-extension.sh", build], check=True)
    environment = {
        # AddressSanitizer with libFuzzer in it, so that both see what the extension does.
        "LD_PRELOAD": str(Path(atheris.origin).parent.parent / "asan_with_fuzzer.so"),
        # CPython frees little of what it has at the end; leaks have tests of their own.
        "ASAN_OPTIONS": "detect_leaks=0:strict_string_checks=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": os.pathsep.join(
            [str(build / "package"), str(ROOT), str(ROOT / "tests" / "python")]
        ),
    }
    return [
        Target(
            name,
            [sys.executable, "-m", f"fuzz.extension.{name}_target"],
            seeds,
            EXTENSION_EXECUTIONS,
            environment,
        )
        for name, seeds in (
            ("decode", "bson"),
            ("encode", "bson"),
            ("raw", "bson"),
            ("message", "bson"),
            ("lazy_documents", "bson"),
            ("json", "json"),
        )
    ]


def clean_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment, less what steers Python, plus `variables`."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, **variables}
