"""Run PyMongo's own test_json_util.py with pymongo_cpp.json in the place of json_util's functions.

::

    python run_json_util_suite.py SDIST

Prints unittest's report and, as the last line, how many calls reached pymongo_cpp.
"""

from __future__ import annotations

import sys
import unittest
from collections import Counter
from collections.abc import Callable
from typing import Any

from bson import json_util

import pymongo_cpp.json

CALLS: Counter[str] = Counter()


def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        CALLS[name] += 1
        return function(*arguments, **keywords)

    return call


def main() -> int:
    sdist = sys.argv[1]
    json_util.dumps = counted("dumps", pymongo_cpp.json.dumps)  # type: ignore[assignment]
    json_util.loads = counted("loads", pymongo_cpp.json.loads)
    sys.path.insert(0, sdist)
    # The sdist's own bson must not be imported: it has no extension, and is not what is installed.
    suite = unittest.defaultTestLoader.loadTestsFromName("test.test_json_util")
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    print(result.testsRun, len(result.skipped), CALLS["dumps"], CALLS["loads"])
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
