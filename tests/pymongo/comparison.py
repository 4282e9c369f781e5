"""Runs one suite on PyMongo's C extension and on pymongo_cpp, and reports what differs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.pymongo.junit import MISSING, Difference, counts, differences, node
from tests.pymongo.sdist import BUILD
from tests.pymongo.session import CODEC_NAMES, Codec, Suite, SuiteRun

REPORTS = BUILD / "test-reports"
CODECS: tuple[Codec, Codec] = ("c", "cpp")

RunBoth = Callable[[Suite, str], list[SuiteRun]]
"""Runs a suite on both CODECS, in that order; the text goes into the names of the reports."""

_REPEATS = 2
_EXPLAINED = Path(__file__).with_name("known_differences.toml")
_NEVER_EXPLAINED = ("4.20",)


@dataclass
class Comparison:
    """Both runs of a suite and their differences."""

    title: str
    c: SuiteRun
    cpp: SuiteRun
    regressions: list[Difference]
    explained: list[tuple[Difference, str]]
    others: list[Difference]
    """Tests that did not pass with C and have another outcome now."""
    not_repeatable: list[tuple[Difference, str]] = field(default_factory=list)
    """Lost tests that passed as often as with C when they were repeated, and how they ended."""

    @property
    def succeeded(self) -> bool:
        """Both runs are complete and no test that passes with C does otherwise with ours."""
        return not (self.regressions or self.c.problem or self.cpp.problem)

    def print(self) -> None:
        """Print the counts and each difference."""
        print(f"\n{self.title}")
        for run in (self.c, self.cpp):
            print(f"  {CODEC_NAMES[run.codec]}: {counts(run.results)} in {run.seconds:.0f} s")
            if run.problem:
                print(f"  INCOMPLETE: {run.problem}")
        if self.cpp.problem and not self.cpp.results:
            return
        for difference in self.regressions:
            print(f"  REGRESSION {difference}")
        for difference, repeats in self.not_repeatable:
            print(f"  not repeatable: {difference}\n    run again: {repeats}")
        for difference, reason in self.explained:
            print(f"  known difference: {difference}\n    because {reason}")
        for difference in self.others:
            print(f"  differs, and did not pass with C: {difference}")
        if self.succeeded:
            passed = sum(result.outcome == "passed" for result in self.c.results.values())
            known = f", but {len(self.explained)} known differences" if self.explained else ""
            print(f"  {passed} tests pass with C; all pass with pymongo_cpp{known}")


def compare(title: str, suite: Suite, version: str, run_both: RunBoth) -> Comparison:
    """Run ``suite`` on both codecs and judge the results.

    :param title: what the report calls it.
    :param version: of PyMongo, for its known differences.
    """
    c, cpp = run_both(suite, "")
    comparison = judge(title, c, cpp, version)
    if comparison.regressions and not (c.problem or cpp.problem):
        _repeat_lost(comparison, suite, run_both)
    return comparison


def _repeat_lost(comparison: Comparison, suite: Suite, run_both: RunBoth) -> None:
    """Run the lost tests alone, with both codecs, to tell a matter of timing from a loss.

    A test is lost if it failed more often than with C. The others stay in the report by name.
    """
    nodes = [node(suite.directory, lost.test) for lost in comparison.regressions]
    alone = replace(suite, modules=nodes)
    runs = [run_both(alone, f"-again-{turn}") for turn in range(1, _REPEATS + 1)]
    for lost in list(comparison.regressions):
        outcomes = [
            [run.results.get(lost.test, MISSING).outcome for run in side]
            for side in zip(*runs, strict=True)
        ]
        c_passes, cpp_passes = (side.count("passed") for side in outcomes)
        if cpp_passes >= c_passes:
            comparison.regressions.remove(lost)
            comparison.not_repeatable.append((lost, _described(outcomes)))


def _described(outcomes: list[list[str]]) -> str:
    return "; ".join(
        f"{CODEC_NAMES[codec]} {', '.join(side)}"
        for codec, side in zip(CODECS, outcomes, strict=True)
    )


def judge(title: str, c: SuiteRun, cpp: SuiteRun, version: str) -> Comparison:
    """Sort the differences between two runs by what they mean."""
    reasons = known_differences(version)
    found = differences(c.results, cpp.results)
    lost = [difference for difference in found if difference.is_regression]
    return Comparison(
        title,
        c,
        cpp,
        [difference for difference in lost if difference.test not in reasons],
        [
            (difference, reasons[difference.test])
            for difference in lost
            if difference.test in reasons
        ],
        [difference for difference in found if not difference.is_regression],
    )


def known_differences(version: str) -> dict[str, str]:
    """Return the tests that may differ with PyMongo ``version`` and why; none for 4.20."""
    release = ".".join(version.split(".")[:2])
    reasons: dict[str, str] = tomllib.loads(_EXPLAINED.read_text()).get(release, {})
    if reasons and release in _NEVER_EXPLAINED:
        raise RuntimeError(f"{_EXPLAINED.name}: PyMongo {release} has no known differences")
    return reasons
