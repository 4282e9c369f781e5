"""Test results from JUnit XML, and what differs between two runs."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TestResult:
    """One test's outcome."""

    outcome: str
    """``passed``, ``skipped``, ``failed`` or ``error``."""
    message: str = ""
    """First line of the reason, for all but ``passed``."""


TestResults = dict[str, TestResult]
"""By ``class name::test name``."""

_SEVERITY = ("passed", "skipped", "failed", "error")


@dataclass(frozen=True)
class Difference:
    """A test with another outcome in the second run than in the first."""

    test: str
    before: TestResult
    after: TestResult

    @property
    def is_regression(self) -> bool:
        """The test passed in the first run; in the second it did not, or was missing."""
        return self.before.outcome == "passed"

    def __str__(self) -> str:
        reason = self.after.message or self.before.message
        return f"{self.test}: {self.before.outcome} -> {self.after.outcome}  {reason}".rstrip()


MISSING = TestResult("missing")


def read_junit(file: Path) -> TestResults:
    """Read the results in ``file``; of several entries for one test the worst counts."""
    results: TestResults = {}
    for case in ElementTree.parse(file).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        for result in _entries(case):
            known = results.get(name)
            if known is None or _severity(result) > _severity(known):
                results[name] = result
    return results


def differences(before: TestResults, after: TestResults) -> list[Difference]:
    """Return every test whose outcome differs, regressions first."""
    found = [
        Difference(test, before.get(test, MISSING), after.get(test, MISSING))
        for test in sorted(before.keys() | after.keys())
    ]
    changed = [
        difference for difference in found if difference.before.outcome != difference.after.outcome
    ]
    return sorted(changed, key=lambda difference: not difference.is_regression)


def node(directory: Path, test: str) -> str:
    """Return pytest's name of a test of the suite in ``directory`` from the one in a report.

    :raises ValueError: no module of the suite can hold it.
    """
    dotted, name = test.split("::", 1)
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        module = Path(*parts[:end]).with_suffix(".py")
        if (directory / module).exists():
            return "::".join([str(module), *parts[end:], name])
    raise ValueError(f"no module for the test {test}")


def counts(results: TestResults) -> str:
    """Return the number of tests by outcome, for people."""
    number = Counter(result.outcome for result in results.values())
    return ", ".join(f"{number[outcome]} {outcome}" for outcome in _SEVERITY if number[outcome])


def _severity(result: TestResult) -> int:
    return _SEVERITY.index(result.outcome)


def _entries(case: ElementTree.Element) -> Iterator[TestResult]:
    outcomes = {"failure": "failed", "error": "error", "skipped": "skipped"}
    found = [child for child in case if child.tag in outcomes]
    if not found:
        yield TestResult("passed")
    for child in found:
        message = (child.get("message") or "").strip().splitlines()
        yield TestResult(outcomes[child.tag], message[0][:300] if message else "")
