"""Count the instructions of a fixed set of tasks, and fail where they have grown.

A clock on a shared machine cannot tell 3% from noise; the number of instructions that a task
executes hardly varies. ``instructions.json`` keeps them, a document, for each CPython minor
version: ``--update`` writes them, ``--check`` compares with them. Counts of the C extension are
kept beside ours for information; instructions are not time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from environment import processor_flags
from instruction_workload import DOCUMENTS, PASSES

HERE = Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
ALLOWED_GROWTH = 0.03
MOVES = (4000, 12000, 28000)
# Callgrind counts each byte of `rep movsb` as an instruction, so that one copy of the allocator's,
# made or not by what lies beside a block, would outweigh all else: glibc is to copy by vectors.
COPY_TUNABLES = ":".join(
    f"glibc.cpu.x86_rep_{instruction}_threshold=0x40000000" for instruction in ("movsb", "stosb")
)
# What text beyond ASCII takes depends on whether the processor has this.
TEXT_FLAG = "avx2"
TEXT_STREAM = "non_ascii"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


class CountError(RuntimeError):
    """Callgrind is missing, or its output is not as expected."""


def _dumps(folder: Path) -> list[int]:
    """The instruction count of each dump, in the order in which callgrind wrote them."""
    numbered = {}
    for path in folder.glob("callgrind.out.*"):
        part = re.search(r"^part: (\d+)$", text := path.read_text(encoding="utf-8"), re.MULTILINE)
        total = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
        if part and total:
            numbered[int(part[1])] = int(total[1])
    return [numbered[number] for number in sorted(numbered)]


def count(codec: str, moved: int = 0) -> dict[str, float]:
    """Instructions a document of each task.

    :param codec: "C" or "C++"
    :param moved: bytes by which the process's memory is to begin elsewhere
    :raises CountError: where valgrind is missing or fails
    """
    if shutil.which("valgrind") is None:
        raise CountError("valgrind is not installed; on Debian: apt-get install valgrind")
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind",
            "--tool=callgrind",
            "--dump-before=getppid",
            f"--callgrind-out-file={folder}/callgrind.out",
            sys.executable,
            str(HERE / "instruction_workload.py"),
            codec,
        ]
        # Fixed hashes: dictionaries collide alike in every run.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        environment["GLIBC_TUNABLES"] = COPY_TUNABLES
        environment["PYMONGO_CPP_MOVED"] = "x" * moved
        result = subprocess.run(command, capture_output=True, text=True, env=environment)
        if result.returncode != 0:
            raise CountError(f"callgrind failed:\n{result.stderr[-2000:]}")
        names = result.stdout.splitlines()
        dumps = _dumps(Path(folder))
    marks = PASSES + 1
    if len(dumps) < marks * len(names):
        raise CountError(f"{len(names)} tasks, but only {len(dumps)} counts")
    # A dump comes at each mark: what led up to the task, its first pass, its second, …
    passes = (dumps[index * marks + 1 : (index + 1) * marks] for index in range(len(names)))
    return {name: min(counts) / DOCUMENTS for name, counts in zip(names, passes, strict=True)}


def compare(recorded: dict[str, float], counted: dict[str, float]) -> list[str]:
    """What has grown beyond the allowance, or is not counted any more; empty where nothing has."""
    found = []
    for name, before in recorded.items():
        now = counted.get(name)
        if now is None:
            found.append(f"{name}: not counted any more")
        elif now > before * (1 + ALLOWED_GROWTH):
            found.append(
                f"{name}: {before:.0f} -> {now:.0f} instructions ({now / before - 1:+.1%})"
            )
    return found


def comparable(recorded: dict[str, float], same_text: bool) -> dict[str, float]:
    """Of the record, what this processor's counts can be compared with.

    :param same_text: whether both processors have, or both lack, what text beyond ASCII is for
    """
    return {
        name: count
        for name, count in recorded.items()
        if same_text or not name.endswith(f" {TEXT_STREAM}")
    }


def _load() -> dict[str, Any]:
    return dict(json.loads(RECORD.read_text(encoding="utf-8"))) if RECORD.is_file() else {}


def update() -> int:
    """Count both codecs and write the record of this CPython version."""
    record = _load()
    counts = [count("C++", moved) for moved in (0, *MOVES)]
    # Whether a block grows where it lies is decided by its neighbours, and is no growth of ours.
    ours = {name: max(one[name] for one in counts) for name in counts[0]}
    theirs = count("C")
    record[VERSION] = {
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        TEXT_FLAG: TEXT_FLAG in processor_flags(),
        "instructions": {name: {"C": theirs[name], "C++": ours[name]} for name in ours},
    }
    RECORD.write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n", encoding="utf-8")
    _print(record[VERSION]["instructions"])
    return 0


def _print(rows: dict[str, dict[str, float]]) -> None:
    print(f"{'instructions a document':28}{'C':>12}{'C++':>12}{'fewer by':>10}")
    for name, row in rows.items():
        print(f"{name:28}{row['C']:12.0f}{row['C++']:12.0f}{row['C'] / row['C++']:9.2f}x")


def check() -> int:
    """Count ours and compare with the record; 1 where it has grown."""
    record = _load().get(VERSION)
    if record is None:
        print(f"instructions: no record for CPython {VERSION}; make one with --update")
        return 2
    if record["python"] != platform.python_version():
        print(f"note: recorded on CPython {record['python']}, this is {platform.python_version()}")
    same_text = record[TEXT_FLAG] == (TEXT_FLAG in processor_flags())
    if not same_text:
        print(f"note: {TEXT_STREAM} is left out; only one of the two processors has {TEXT_FLAG}")
    recorded = comparable(
        {name: row["C++"] for name, row in record["instructions"].items()}, same_text
    )
    counted = count("C++")
    for moved in MOVES:
        if not compare(recorded, counted):
            break
        # Classes are found by their addresses, which may collide in one process and not in another.
        again = count("C++", moved)
        counted = {name: min(now, again[name]) for name, now in counted.items()}
    for name, now in counted.items():
        if name in recorded:
            print(f"{name:28}{now:12.0f} {now / recorded[name] - 1:+7.2%}")
    grown = compare(recorded, counted)
    for line in grown:
        print(f"grown by more than {ALLOWED_GROWTH:.0%}: {line}", file=sys.stderr)
    return 1 if grown else 0


def main() -> int:
    """Run; 0, 1 where counts have grown, 2 where they cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--check", action="store_true", help="fail on growth beyond 3%%")
    action.add_argument("--update", action="store_true", help="write instructions.json")
    try:
        return check() if parser.parse_args().check else update()
    except CountError as error:
        print(f"instructions: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
