"""Hold the sources to the rules that no compiler checks.

Usage: lint_sources.py FILE...

Each rule names a pattern, the files that it governs and the files in which the pattern belongs.
Comments of C++ are not looked at. Prints one line for each finding; exits with 1 if there is any.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CPP = ("*.h", "*.cpp")
CORE = ("include/bsonpp/*", "src/bsonpp/*")
BYTE_LEVEL = (
    "include/bsonpp/cursor.h",
    "include/bsonpp/byte_order.h",
    "include/bsonpp/array_index.h",  # its words are the cursor's and the writer's
    "include/bsonpp/known_key.h",  # as are this one's
    "include/bsonpp/copy.h",
    "include/bsonpp/writer.h",
    "src/bsonpp/writer.cpp",
    "include/bsonpp/text_writer.h",  # what the writer is to BSON, these are to JSON text
    "src/bsonpp/text_writer.cpp",
    "src/bsonpp/json_text.cpp",
    "src/bsonpp/json_string*",
    "src/bsonpp/decimal_digits.h",
    "src/bsonpp/base64_avx2.cpp",
    "*utf8*",
)


@dataclass(frozen=True)
class Rule:
    """A pattern that is at home in a few files only."""

    pattern: re.Pattern[str]
    governs: tuple[str, ...]
    allowed: tuple[str, ...]
    reason: str

    def applies_to(self, name: str) -> bool:
        return matches(name, self.governs) and not matches(name, self.allowed)


RULES = (
    Rule(
        re.compile(r"#\s*include\s*[<\"]Python\.h"),
        CPP,
        ("src/python/*",),
        "Python.h is included under src/python/ only",
    ),
    Rule(
        re.compile(r"\bPy_(X?DECREF|X?INCREF|CLEAR|X?SETREF)\b"),
        CPP,
        # compat.h takes apart what PyErr_Fetch() of CPython 3.11 gives in three parts.
        ("src/python/ref.h", "src/python/compat.h"),
        "reference counts are changed by py::Ref only (src/python/ref.h)",
    ),
    Rule(
        re.compile(r"\bPY_VERSION_HEX\b"),
        CPP,
        ("src/python/compat.h", "src/python/module.cpp"),  # the module's slots differ by version
        "differences between CPython versions stand in src/python/compat.h",
    ),
    Rule(
        re.compile(r"\breinterpret_cast\s*<"),
        CORE,
        BYTE_LEVEL,
        "bytes are reinterpreted in the cursor, the writer and the code of text only",
    ),
    Rule(
        re.compile(r"\bmem(cpy|move|chr)\s*\(|\bstr(len|cpy|cmp|chr)\s*\("),
        CORE,
        (*BYTE_LEVEL, "src/bsonpp/index.cpp"),  # index.cpp moves entries of its own, not input
        "raw memory is touched in the cursor, the writer and the code of text only",
    ),
    Rule(
        re.compile(r"position\(\)\s*[-+]?\s*\[|\*\s*\w+(\.|->)position\(\)|\.data\(\)\s*\["),
        ("include/bsonpp/*", "src/*"),
        BYTE_LEVEL,
        "an input pointer is dereferenced in the cursor only",
    ),
    Rule(
        re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
        ("*.h", "*.cpp", "*.py", "*.pyi", "*.cmake", "*.sh", "CMakeLists.txt", "Makefile"),
        ("scripts/lint_sources.py",),
        "unfinished work belongs in an issue",
    ),
)

MAX_LINES = 600


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def without_comment(line: str) -> str:
    return line.split("//", 1)[0]


def findings(path: Path, name: str) -> list[str]:
    """Return a line for each breach of a rule in the file `name`."""
    rules = [rule for rule in RULES if rule.applies_to(name)]
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        for rule in rules:
            is_marker_rule = "TODO" in rule.pattern.pattern
            code = without_comment(line) if matches(name, CPP) and not is_marker_rule else line
            if rule.pattern.search(code):
                found.append(f"{name}:{number}: {rule.reason}")
    if matches(name, (*CPP, "*.py")) and len(lines) > MAX_LINES:
        found.append(f"{name}: {len(lines)} lines; which two things is it? (limit {MAX_LINES})")
    return found


def main(arguments: list[str]) -> int:
    found = []
    for argument in arguments:
        path = Path(argument).resolve()
        if path.is_file():
            found += findings(path, path.relative_to(ROOT).as_posix())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
