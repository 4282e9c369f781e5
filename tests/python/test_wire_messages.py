"""Wire messages: the bytes, batches and errors of PyMongo's `_cmessage`, and hostile callers."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import DocumentTooLarge
from support import values
from support.canonical import Outcome
from support.classes import ReadOnlyMapping
from support.leak_reports import uncounted
from support.oracle import C
from support.wire import CMESSAGE, DELETE, INSERT, UPDATE, Limits, without_request_id

from pymongo_cpp import _native

STANDARD: CodecOptions[Any] = CodecOptions(uuid_representation=4)
COMMAND = {"insert": "c", "ordered": True, "$db": "d", "_id": 1}
LARGEST_LONG = 2**63 - 1
COMMAND_OVERHEAD = 16 * 1024 - 2  # beyond max_bson_size: SERVER-10643
TWELVE_DOCUMENTS = [{"_id": n, "s": "x" * 1000} for n in range(12)]
BATCHING = ("_batched_op_msg", "_encode_batched_op_msg", "_encode_batched_write_command")


def both(name: str, make_arguments: Callable[[], tuple[Any, ...]]) -> Outcome:
    """Return our outcome, after comparing it with the one of PyMongo's extension."""

    def run(module: Any) -> Any:
        return without_request_id(getattr(module, name)(*make_arguments()))

    ours = Outcome(run, _native)
    # PyMongo's functions forget the text of the collection's name where the options are wrong.
    with uncounted():
        theirs = Outcome(run, CMESSAGE)
    if isinstance(theirs.error, SystemError):
        # A bug of the C extension: it fails without an exception, or with one and a result.
        assert not isinstance(ours.error, SystemError)
    else:
        assert ours.exact == theirs.exact, (ours, theirs)
    return ours


def batched(
    name: str,
    operation: Any,
    documents: Any,
    limits: Any,
    acknowledged: Any = 1,
    command: Any = COMMAND,
    options: Any = STANDARD,
) -> tuple[Any, ...]:
    if name == "_encode_batched_write_command":
        return ("db.c", operation, command, documents, options, limits)
    return (operation, command, documents, acknowledged, options, limits)


DOCUMENT_LISTS = st.lists(values.FLAT_DOCUMENTS, max_size=4)


@given(values.FLAT_DOCUMENTS, values.FLAT_DOCUMENTS | st.none(), st.integers(0, 2**32 - 1))
def test_query_messages(query: Any, fields: Any, flags: int) -> None:
    both("_query_message", lambda: (flags, "db.é", -5, 2**31 - 1, query, fields, STANDARD))


@given(values.FLAT_DOCUMENTS, DOCUMENT_LISTS, st.sampled_from(["documents", "", "é", "a\x00b"]))
def test_op_messages(command: Any, documents: list[Any], identifier: str) -> None:
    both("_op_msg", lambda: (2, command, identifier, documents, STANDARD))


@pytest.mark.parametrize("name", BATCHING)
@given(documents=DOCUMENT_LISTS, size=st.integers(0, 3000), count=st.integers(1, 5))
def test_batches(name: str, documents: list[Any], size: int, count: int) -> None:
    limits = Limits(size, count, size, size)
    for operation in (INSERT, UPDATE, DELETE):
        for acknowledged in (0, 1):
            both(name, lambda o=operation, a=acknowledged: batched(name, o, documents, limits, a))


@pytest.mark.parametrize("name", BATCHING)
@pytest.mark.parametrize("size", [*range(20), *range(40, 240, 3), 500, 100_000])
def test_every_limit_of_a_batch(name: str, size: int) -> None:
    documents = [{"_id": n, "s": "x" * n} for n in range(12)]
    for limits in (
        Limits(max_bson_size=size), Limits(max_message_size=size), Limits(max_split_size=size),
        Limits(max_write_batch_size=size), Limits(size, size, size, size),
    ):  # fmt: skip
        for operation in (INSERT, DELETE):
            for acknowledged in (0, 1):
                both(
                    name,
                    lambda o=operation, a=acknowledged, lim=limits: batched(
                        name, o, documents, lim, a
                    ),
                )


@pytest.mark.parametrize("name", BATCHING)
def test_a_document_beyond_the_limit_is_too_large(name: str) -> None:
    documents = [{"s": "x" * 40_000}]
    limits = Limits(max_bson_size=100, max_message_size=100)
    outcome = both(name, lambda: batched(name, INSERT, documents, limits, acknowledged=0))
    assert isinstance(outcome.error, DocumentTooLarge)
    assert "up to 100 bytes" in str(outcome.error)


@pytest.mark.parametrize("name", BATCHING)
@pytest.mark.parametrize(
    "limit", [2**31 - 1, 2**31, 2**32, 2**32 + 100, LARGEST_LONG - COMMAND_OVERHEAD, 2**63]
)
def test_limits_beyond_32_bits_do_not_wrap(name: str, limit: int) -> None:
    for field in Limits._fields:
        limits = Limits()._replace(**{field: limit})
        both(name, lambda lim=limits: batched(name, INSERT, TWELVE_DOCUMENTS, lim))


@pytest.mark.parametrize("name", BATCHING)
@pytest.mark.parametrize("less", [0, 1, COMMAND_OVERHEAD - 1])
def test_a_limit_to_which_no_overhead_can_be_added_is_no_limit(name: str, less: int) -> None:
    """PyMongo's extension adds the overhead all the same, and takes each document as too large."""
    limit = LARGEST_LONG - less
    for limits in (Limits(max_bson_size=limit), Limits(*[limit] * len(Limits._fields))):
        outcome = Outcome(getattr(_native, name), *batched(name, INSERT, TWELVE_DOCUMENTS, limits))
        assert outcome.error is None
        assert outcome.value[-1] == TWELVE_DOCUMENTS


@pytest.mark.parametrize("name", [*BATCHING, "_op_msg", "_query_message"])
def test_a_message_beyond_2_gib_is_refused_before_it_is_written(name: str) -> None:
    # A document of 2 GiB - 1, which would be one too many bytes for any message. The zeros are
    # pages that nobody touches.
    largest = {"b": bytes(2**31 - 1 - len(C.encode({"b": b""})))}
    documents = [{"a": 1}, largest]
    arguments = {
        "_op_msg": (0, COMMAND, "documents", documents, STANDARD),
        "_query_message": (0, "db.c", 0, 0, largest, None, STANDARD),
    }.get(name, batched(name, INSERT, documents, Limits(*[2**40] * len(Limits._fields))))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = Outcome(getattr(_native, name), *arguments)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert type(outcome.error) is ValueError
    assert str(outcome.error) == "Document would overflow BSON size limit"
    assert grown < 100_000  # KiB


def test_published_documents_are_the_callers_own() -> None:
    documents = [{"a": 1}, RawBSONDocument(C.encode({"b": 2})), ReadOnlyMapping({"c": 3})]
    for name in BATCHING:
        result = getattr(_native, name)(*batched(name, INSERT, iter(documents), Limits()))
        assert [id(doc) for doc in result[-1]] == [id(doc) for doc in documents]


def test_get_more_messages() -> None:
    for arguments in (
        ("db.c", 0, 0), ("", -1, -(2**63)), ("é", 2**31 - 1, 2**63 - 1), ("db.c", 2**31, 0),
        ("db.c", 0, 2**63), (None, 0, 0), ("db.c", "0", 0), ("\ud800", 0, 0), ("a\x00b", 0, 0),
        (b"db.c", 0, 0), ("db.c", 0), ("db.c", 1.5, 0), ("db.c", 0, 0, 0),
    ):  # fmt: skip
        both("_get_more_message", lambda a=arguments: a)


WRONG = (None, 5, "text", b"bytes", [1], {1: 2}, {"k": object()}, object(), 2**70, -1, 1.5)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_wrong_arguments_at_each_place(wrong: Any) -> None:
    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("_query_message", (0, "db.c", 0, 0, {"a": 1}, {"b": 1}, STANDARD)),
        ("_op_msg", (0, {"a": 1}, "documents", [{"b": 1}], STANDARD)),
        *((name, batched(name, INSERT, [{"b": 1}], Limits())) for name in BATCHING),
    ]
    for name, arguments in calls:
        for place in range(len(arguments)):
            changed = (*arguments[:place], wrong, *arguments[place + 1 :])
            both(name, lambda a=changed: a)
        both(name, lambda a=arguments: a[:-1])
        both(name, lambda a=arguments: (*a, wrong))


@pytest.mark.parametrize("name", BATCHING)
@pytest.mark.parametrize("wrong", [None, "1", 1.5, 2**70, -1, -2, True, b"1", 0], ids=repr)
def test_limits_that_are_no_sizes(name: str, wrong: Any) -> None:
    for limits in (
        Limits(max_bson_size=wrong), Limits(max_write_batch_size=wrong),
        Limits(max_message_size=wrong), Limits(max_split_size=wrong),
    ):  # fmt: skip
        both(name, lambda lim=limits: batched(name, INSERT, [{"a": 1}, {"b": 2}], lim))


class FailingLimits:
    """A context that raises from each of its attributes in turn, or has none."""

    def __init__(self, bad: str, error: Exception) -> None:
        self.bad, self.error = bad, error

    def __getattr__(self, name: str) -> int:
        if name == self.bad:
            raise self.error
        return 1000


@pytest.mark.parametrize("name", BATCHING)
@pytest.mark.parametrize("attribute", Limits._fields)
def test_limits_that_raise(name: str, attribute: str) -> None:
    for error in (AttributeError("none"), LookupError("gone")):
        limits = FailingLimits(attribute, error)
        outcome = Outcome(getattr(_native, name), *batched(name, INSERT, [{"a": 1}], limits))
        assert outcome.error is None or outcome.error is error


@pytest.mark.parametrize("name", BATCHING)
@pytest.mark.parametrize("operation", [3, 4, 255, 256, -1])
def test_unknown_operations(name: str, operation: int) -> None:
    both(name, lambda: batched(name, operation, [{"a": 1}], Limits()))


def documents_then(error: Exception | None, changes: list[Any]) -> Iterator[Any]:
    yield {"a": 1}
    for container in changes:
        container.clear()
    yield {"b": [1, 2, 3]}
    if error is not None:
        raise error


@pytest.mark.parametrize("name", [*BATCHING, "_op_msg"])
def test_generators_of_documents(name: str) -> None:
    for error in (None, LookupError("no more"), StopIteration("raised")):

        def arguments(error: Any = error) -> tuple[Any, ...]:
            command: dict[str, Any] = {"insert": "c", "nested": {"x": [1]}, "$db": "d"}
            documents = documents_then(error, [command["nested"]])
            if name == "_op_msg":
                return (0, command, "documents", documents, STANDARD)
            return batched(name, INSERT, documents, Limits(), command=command)

        both(name, arguments)


@pytest.mark.parametrize("name", [*BATCHING, "_op_msg"])
def test_a_list_of_documents_changed_while_it_is_walked(name: str) -> None:
    documents: list[Any] = []

    class Changing(ReadOnlyMapping):
        def __iter__(self) -> Iterator[str]:
            documents.clear()
            documents.extend([{"late": number} for number in range(3)])
            return iter(["a"])

        def __getitem__(self, key: str) -> Any:
            if key != "a":
                raise KeyError(key)
            documents.append({"later": 1}) if len(documents) < 50 else documents.clear()
            return 1

    documents[:] = [{"x": 1}, Changing(), {"y": 1}]
    limits = Limits(max_write_batch_size=20)
    if name == "_op_msg":
        arguments: tuple[Any, ...] = (0, COMMAND, "documents", documents, STANDARD)
    else:
        arguments = batched(name, INSERT, documents, limits)
    outcome = Outcome(getattr(_native, name), *arguments)
    assert outcome.error is None or isinstance(outcome.error, (TypeError, KeyError))


@pytest.mark.parametrize("name", BATCHING)
def test_errors_of_documents_in_a_batch(name: str) -> None:
    for bad in ({"v": object()}, {1: 2}, {"a\x00": 1}, 5, {"v": 2**64}, {"v": "\ud800"}):
        for documents in ([bad], [{"a": 1}, bad], [{"a": [bad]}]):
            both(name, lambda d=documents: batched(name, UPDATE, d, Limits()))


def test_options_of_the_wrong_type() -> None:
    for wrong in (None, 5, (), (dict,), object()):
        both("_op_msg", lambda w=wrong: (0, {"a": 1}, "documents", [], w))
        both("_query_message", lambda w=wrong: (0, "c", 0, 0, {}, None, w))
    both("_op_msg", lambda: (0, {"a": 1}, "documents", [], DEFAULT_CODEC_OPTIONS))
