"""Runs one suite on PyMongo's C extension and on pymongo_cpp, and reports what differs."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tests.pymongo.junit import Difference, counts, differences
from tests.pymongo.sdist import BUILD
from tests.pymongo.session import CODEC_NAMES, Codec, Suite, SuiteRun, run_suite

REPORTS = BUILD / "test-reports"
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
    not_repeatable: list[Difference] = field(default_factory=list)
    """Lost tests that passed when they were repeated alone."""

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
        for difference in self.not_repeatable:
            print(f"  not repeatable, passed twice when run again: {difference}")
        for difference, reason in self.explained:
            print(f"  known difference: {difference}\n    because {reason}")
        for difference in self.others:
            print(f"  differs, and did not pass with C: {difference}")
        if self.succeeded:
            passed = sum(result.outcome == "passed" for result in self.c.results.values())
            known = f", but {len(self.explained)} known differences" if self.explained else ""
            print(f"  {passed} tests pass with C; all pass with pymongo_cpp{known}")


def compare(title: str, suite: Suite, version: str, *, name: str) -> Comparison:
    """Run ``suite`` on both codecs, one after the other, and judge the results.

    :param title: what the report calls it.
    :param version: of PyMongo, for its known differences.
    :param name: of the reports under build/test-reports.
    """
    codecs: tuple[Codec, Codec] = ("c", "cpp")
    c, cpp = (run_suite(suite, codec, REPORTS / f"{name}-{codec}.xml") for codec in codecs)
    return judge(title, c, cpp, version)


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
