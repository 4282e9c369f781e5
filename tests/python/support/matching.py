"""What a filter means, said once more in Python and without regard for speed."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bson.decimal128 import Decimal128
from bson.objectid import ObjectId
from bson.timestamp import Timestamp

MISSING = object()


def matches(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    """Return whether MongoDB's find() would give `document` for `query`."""
    for key, condition in query.items():
        if key == "$and":
            holds = all(matches(document, part) for part in condition)
        elif key == "$or":
            holds = any(matches(document, part) for part in condition)
        elif isinstance(condition, dict) and next(iter(condition), "").startswith("$"):
            holds = all(_holds(document, key, *item) for item in condition.items())
        else:
            holds = _holds(document, key, "$eq", condition)
        if not holds:
            return False
    return True


def _holds(document: Mapping[str, Any], path: str, operator: str, operand: Any) -> bool:
    found = list(_candidates(document, path.split(".")))
    if operator == "$ne":
        return not any(_compare("$eq", value, operand) for value in found)
    if operator == "$exists":
        return any(value is not MISSING for value in found) == bool(operand)
    if operator == "$in":
        return any(_compare("$eq", value, item) for value in found for item in operand)
    return any(_compare(operator, value, operand) for value in found)


def _candidates(document: Mapping[str, Any], path: list[str]) -> Iterator[Any]:
    if path[0] not in document:
        yield MISSING
        return
    yield from _of_value(document[path[0]], path[1:])


def _of_value(value: Any, rest: list[str]) -> Iterator[Any]:
    if isinstance(value, list):
        if not rest:
            yield from value
            yield value
        else:
            yield from _below_array(value, rest)
    elif not rest:
        yield value
    elif isinstance(value, dict):
        yield from _candidates(value, rest)
    else:
        yield MISSING


def _below_array(array: list[Any], rest: list[str]) -> Iterator[Any]:
    for index, item in enumerate(array):
        if isinstance(item, dict):
            yield from _candidates(item, rest)
        if rest[0] == str(index):
            if len(rest) == 1:
                yield item
            elif isinstance(item, dict):
                yield from _candidates(item, rest[1:])
            elif isinstance(item, list):
                yield from _below_array(item, rest[1:])


def _compare(operator: str, value: Any, operand: Any) -> bool:
    if value is MISSING:
        value = None
    kind, left = ranked(value)
    other_kind, right = ranked(operand)
    if kind != other_kind:
        return False
    if kind == "number" and "nan" in (left, right):
        return left == right and operator in ("$eq", "$gte", "$lte")
    if operator == "$eq":
        return bool(left == right)
    if operator == "$gt":
        return bool(left > right)
    if operator == "$gte":
        return bool(left >= right)
    return bool(left < right) if operator == "$lt" else bool(left <= right)


def ranked(value: Any) -> tuple[str, Any]:
    """Return the kind within which a value is compared, and what Python compares it by."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, (int, float, Decimal128)):
        return "number", _exact(value)
    if isinstance(value, str):
        return "string", value.encode()
    if isinstance(value, bytes):
        return "binary", (len(value), value)
    if value is None:
        return "null", 0
    for kind in (ObjectId, datetime.datetime, Timestamp):
        if isinstance(value, kind):
            return kind.__name__, value
    return type(value).__name__, value


def _exact(number: int | float | Decimal128) -> Any:
    plain: Any = number.to_decimal() if isinstance(number, Decimal128) else number
    # Not by math.isinf(), which makes a float of a large Decimal first.
    exact = plain if isinstance(plain, Decimal) else Decimal(plain)
    if exact.is_nan():
        return "nan"
    if exact.is_infinite():
        return math.inf if exact > 0 else -math.inf
    return Fraction(plain)
