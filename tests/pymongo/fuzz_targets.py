"""PyMongo's fuzz targets, replayed on its regression inputs, its seed corpus and mutations of it.

Each target checks a codec against itself (what decodes can be encoded again) and against pure
Python. The regression inputs and the seeds have to pass; a mutation that fails is held against
the C extension, which disagrees with pure Python on some.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.pymongo.environment import clean_environment
from tests.pymongo.mutations import write_mutations
from tests.pymongo.sdist import BUILD
from tests.pymongo.session import Codec, Suite

TARGETS = ("fuzz_decode.py", "fuzz_decode_all.py", "fuzz_is_valid.py")

_HERE = Path(__file__).resolve().parent


@dataclass
class TargetRun:
    """One target's findings on some inputs."""

    inputs: int
    findings: dict[str, str]
    """By input file."""
    problem: str | None = None


def check_fuzz_targets(suite: Suite, mutation_count: int) -> bool:
    """Replay all targets on pymongo_cpp, print what they find and return whether all is well.

    :param suite: what runs the tests of the same PyMongo; its directory has the sdist's ``fuzz/``.
    """
    work = BUILD / "pymongo-fuzz" / suite.directory.name
    shutil.rmtree(work, ignore_errors=True)
    seeds = _seed_corpus(suite.directory, suite.python, work)
    write_mutations(
        [file.read_bytes() for file in sorted(seeds.iterdir())], work / "mutations", mutation_count
    )
    print("\nPyMongo's fuzz targets on pymongo_cpp")
    results = [
        _check_target(suite, target, [suite.directory / "fuzz" / "regression", seeds], work)
        for target in TARGETS
    ]
    return all(results)


def _check_target(suite: Suite, target: str, must_pass: Sequence[Path], work: Path) -> bool:
    known = _replay(suite, target, "cpp", must_pass)
    mutated = _replay(suite, target, "cpp", [work / "mutations"])
    shared = _also_with_c(suite, target, mutated, work)
    own = {name: text for name, text in mutated.findings.items() if name not in shared}
    print(
        f"  {target}: {known.inputs} regression inputs and seeds, {len(known.findings)} findings; "
        f"{mutated.inputs} mutations, {len(own)} findings, "
        f"{len(shared)} more that the C extension has as well"
    )
    for name, text in {**known.findings, **own}.items():
        print(f"    FINDING {name}: {text}")
    for run in (known, mutated):
        if run.problem:
            print(f"    INCOMPLETE: {run.problem}")
    return not (known.findings or own or known.problem or mutated.problem)


def _also_with_c(suite: Suite, target: str, mutated: TargetRun, work: Path) -> set[str]:
    """Return the inputs on which the C extension fails the target too, one by a wild read even."""
    shared = set()
    for name in mutated.findings:
        folder = work / "single"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(name, folder)
        run = _replay(suite, target, "c", [folder])
        if run.findings or run.problem:
            shared.add(name)
    return shared


def _replay(suite: Suite, target: str, codec: Codec, folders: Sequence[Path]) -> TargetRun:
    process = subprocess.run(
        [*suite.command(codec), str(suite.directory / "fuzz" / target), *map(str, folders)],
        cwd=suite.directory,
        env=suite.environment(codec, _HERE / "replay", _HERE),
        capture_output=True,
        text=True,
        timeout=900,
    )
    findings = {}
    lines = process.stdout.splitlines()
    expected = sum(len(list(folder.iterdir())) for folder in folders)
    reader = json.JSONDecoder()
    for line in lines:
        name, end = reader.raw_decode(line)
        finding = json.loads(line[end:].strip() or '"crashed"')
        if finding is not None:
            findings[name] = finding
    problem = None
    if process.returncode != 0 or len(lines) != expected:
        problem = (
            f"{target}: exit code {process.returncode}, {len(lines)} of {expected} inputs; "
            f"{process.stderr.strip()[-600:]}"
        )
    return TargetRun(len(lines), findings, problem)


def _seed_corpus(suite: Path, python: Path, work: Path) -> Path:
    work.mkdir(parents=True)
    archive = work / "seeds.zip"
    subprocess.run(
        [
            str(python),
            str(suite / "fuzz" / "build_corpus.py"),
            str(archive),
            "--data-dir",
            str(suite / "test" / "bson_corpus"),
        ],
        check=True,
        capture_output=True,
        env=clean_environment(PYMONGO_CPP="0"),
        timeout=300,
    )
    with zipfile.ZipFile(archive) as corpus:
        corpus.extractall(work / "seeds")
    return work / "seeds"
