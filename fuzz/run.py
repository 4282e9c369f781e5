"""Runs the fuzz targets: ``make fuzz``.

Each target runs its kept crashes (fuzz/crashes) and then a fixed count of executions, or for a
number of seconds. Ends with 1 when a target ended before that: it aborts on any disagreement. The
input is then below build/fuzz/work/findings.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from support.sdist import unpacked_sdist

from fuzz.coverage import core_coverage
from fuzz.seeds import write_seeds
from fuzz.session import Outcome, run_target
from fuzz.targets import ROOT, WORK, Target, core_targets, extension_targets


def main() -> int:
    """Run what the command line asks for and return the exit code."""
    options = _parser().parse_args()
    shutil.rmtree(WORK / "profiles", ignore_errors=True)
    write_seeds(unpacked_sdist(ROOT / "build" / "sdist"), WORK / "seeds")
    core = core_targets()
    known = [*core, *extension_targets(options.extension.resolve())]
    chosen = [t for t in known if not options.targets or t.name in options.targets]
    if not chosen:
        print("no target of that name; there are:", ", ".join(t.name for t in known))
        return 2
    print(f"{'target':<14}{'kept':>6}{'executions':>12}{'edges':>8}{'seconds':>9}  findings")
    outcomes = []
    for target in chosen:
        outcome = run_target(target, options.runs, options.seconds)
        outcomes.append(outcome)
        _print(outcome)
    if all(outcome.finding is None for outcome in outcomes):
        _print_coverage([target for target in chosen if target in core], options.files)
    return 1 if any(outcome.finding for outcome in outcomes) else 0


def _print(outcome: Outcome) -> None:
    print(
        f"{outcome.target.name:<14}{outcome.replayed:>6}{outcome.executions:>12,}"
        f"{outcome.coverage:>8,}{outcome.seconds:>9.1f}  {0 if outcome.finding is None else 1}",
        flush=True,
    )
    if outcome.finding is not None:
        folder = Path("build", "fuzz", "work", "findings", outcome.target.name)
        print(f"\nFINDING of {outcome.target.name}; the input is in {folder}\n{outcome.finding}")


def _print_coverage(targets: list[Target], each_file: bool) -> None:
    if not targets:
        return
    files = core_coverage(targets)
    lines = sum(file.lines for file in files)
    covered = sum(file.covered for file in files)
    print(f"core: {covered:,} of {lines:,} lines executed ({100 * covered / lines:.1f}%)")
    if each_file:
        for file in sorted(files, key=lambda file: file.share):
            print(f"  {file.share:6.1f}%  {file.covered:>5} of {file.lines:>5}  {file.file}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--extension", type=Path, required=True, help="build directory of the preset python-fuzz"
    )
    parser.add_argument("targets", nargs="*", help="names of targets (default: all)")
    parser.add_argument("--runs", type=int, help="executions of each target")
    parser.add_argument("--seconds", type=int, help="run each target for so long instead")
    parser.add_argument("--files", action="store_true", help="print the coverage of each file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
