"""Every error of the encoder: class, message and `.document` are the C extension's."""

from __future__ import annotations

from typing import Any

import pytest
from bson.code import Code
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions
from bson.errors import InvalidDocument
from support import failing
from support.canonical import Outcome
from support.classes import DictSubclass, OwnMutableMapping, ReadOnlyMapping
from support.options import Celsius
from support.oracle import C

import pymongo_cpp

pytestmark = pytest.mark.usefixtures("ignored_exceptions")

DOCUMENTS = list(failing.documents())


def same_as_c(
    document: Any, check_keys: bool = False, options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS
) -> Outcome:
    ours = Outcome(pymongo_cpp.encode, document, check_keys, options)
    theirs = Outcome(C.encode, document, check_keys, options)
    if isinstance(theirs.error, SystemError):
        # A bug of the C extension: it fails without an exception. Any answer is better.
        assert not isinstance(ours.error, SystemError), ours
    else:
        assert ours.exact == theirs.exact, (ours, theirs)
    return ours


@pytest.mark.parametrize(("name", "document"), DOCUMENTS, ids=[name for name, _ in DOCUMENTS])
def test_unencodable_documents(name: str, document: Any) -> None:
    same_as_c(document)
    same_as_c(document, check_keys=True)


# A fallback that answers a list of what it was given never ends: it has a test of its own.
ENDLESS = "a fallback to a list of its argument"


@pytest.mark.parametrize("registry", [name for name in failing.REGISTRIES if name != ENDLESS])
def test_unencodable_documents_with_a_registry(registry: str) -> None:
    options = failing.codec_options(registry)
    for _, document in DOCUMENTS:
        same_as_c(document, options=options)


@pytest.mark.parametrize("name", failing.NOT_MAPPINGS)
def test_what_is_no_mapping(name: str) -> None:
    value = failing.NOT_MAPPINGS[name]
    same_as_c(value)
    same_as_c({"c": [value]})


@pytest.mark.parametrize("key", failing.CHECKED_KEYS)
@pytest.mark.parametrize("make", [dict, DictSubclass, ReadOnlyMapping])
def test_check_keys(key: str, make: Any) -> None:
    for document in (
        make({key: 1}),
        make({"a": make({key: 1})}),
        make({"a": [1, make({key: 1})]}),
        make({"_id": make({key: 1})}),
        make({"c": Code("f", {key: 1})}),
    ):
        same_as_c(document)
        same_as_c(document, check_keys=True)


def test_check_keys_lets_the_dollars_of_a_dbref_pass() -> None:
    from bson.dbref import DBRef

    for document in ({"r": DBRef("c", 1, "d")}, {"r": DBRef("c", {"a.b": 1}, None, {"$x": 1})}):
        assert same_as_c(document, check_keys=True).error is None


def test_fields_of_a_dbref_beyond_its_own() -> None:
    """Those named as its own replace these, and keep their places."""
    from bson.dbref import DBRef

    for extra in (
        {"x": 1, "y": {"a": [2]}},
        {"$id": 5},
        {"x": 1, "$ref": 6, "$db": "e"},
        {"": 1},
        {"a\0": 1},
        {1: 1},
        {"x": object()},
        {"x": {"$gt": 1, "a.b": 2}},
    ):
        for database in (None, "d"):
            reference = DBRef("c", 1, database, extra)  # type: ignore[arg-type]
            for check_keys in (False, True):
                same_as_c({"a": 0, "r": reference, "z": [reference]}, check_keys=check_keys)


def test_the_document_of_the_error_is_the_callers_own() -> None:
    for document in ({"v": object()}, {"a": {"b": [object()]}}, ReadOnlyMapping({"v": object()})):
        with pytest.raises(InvalidDocument) as caught:
            pymongo_cpp.encode(document)
        assert caught.value.document is document
        assert str(caught.value).startswith("Invalid document: cannot encode object: ")


def test_an_error_in_the_id_names_no_document_as_in_the_c_extension() -> None:
    outcome = same_as_c({"_id": object(), "a": 1})
    assert isinstance(outcome.error, InvalidDocument)
    assert outcome.error.document is None


def test_integer_overflow_with_and_without_fallback() -> None:
    with pytest.raises(OverflowError, match=r"^MongoDB can only handle up to 8-byte ints$"):
        pymongo_cpp.encode({"a": 2**63})
    options = failing.codec_options("a fallback to text")
    encoded = pymongo_cpp.encode({"a": 2**63, "b": [-(2**64)]}, codec_options=options)
    assert C.decode(encoded) == {"a": "int", "b": ["int"]}


def test_errors_of_type_encoders() -> None:
    from bson.codec_options import TypeEncoder, TypeRegistry

    class Failing(TypeEncoder):
        python_type = Celsius

        def __init__(self, result: Any) -> None:
            self.result = result

        def transform_python(self, value: Any) -> Any:
            if isinstance(self.result, BaseException):
                raise self.result
            return self.result

    for result in (
        LookupError("no"), InvalidDocument("own"), Celsius(1), object(), 2**64, {b"k": 1}, None, {},
    ):  # fmt: skip
        for fallback in (None, lambda value: "fallback", lambda value: Celsius(2)):
            options = CodecOptions(type_registry=TypeRegistry([Failing(result)], fallback))
            for document in ({"v": Celsius(1)}, {"a": [Celsius(1)]}, {"_id": Celsius(1)}):
                same_as_c(document, options=options)


@pytest.mark.parametrize(
    "raw", [b"", b"x", bytearray(b"\x05\0\0\0\0"), "text", None, 5, memoryview(b"\x05\0\0\0\0"),
            memoryview(b"\x05\0\0\0\0\0")[::2], LookupError("no raw"), [5, 0, 0, 0, 0]],
    ids=repr,
)  # fmt: skip
def test_raw_documents_whose_raw_is_something_else(raw: Any) -> None:
    document = failing.raw_document_of(raw)
    # An empty `raw` makes the C extension fail without an exception, which is a SystemError.
    if raw == b"":
        assert pymongo_cpp.encode(document) == b""
        return
    same_as_c(document)
    same_as_c({"r": document})
    same_as_c({"l": [document]})


def self_containing() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    fields: dict[str, Any] = {}
    fields["f"] = fields
    both: dict[str, Any] = {"l": [1, ()]}
    both["l"].append({"b": both})
    mapping = OwnMutableMapping()
    mapping["m"] = mapping
    scope: dict[str, Any] = {}
    scope["c"] = Code("f", scope)
    return [{"l": items}, fields, both, mapping, scope]


def deep(make: Any) -> Any:
    value: Any = 1
    for _ in range(100_000):
        value = make(value)
    return {"v": value}


def test_self_containing_documents_give_recursion_error() -> None:
    for document in self_containing():
        for _ in range(3):
            with pytest.raises(RecursionError):
                pymongo_cpp.encode(document)


@pytest.mark.parametrize(
    "make", [lambda v: [v], lambda v: (v,), lambda v: {"a": v}, lambda v: Code("f", {"a": v})]
)
def test_deep_documents_give_recursion_error(make: Any) -> None:
    document = deep(make)
    with pytest.raises(RecursionError):
        pymongo_cpp.encode(document)
    unwind(document)


def unwind(document: Any) -> None:
    """Take a deep value apart, so that its deallocation does not recurse."""
    value = document.pop("v")
    while isinstance(value, (list, tuple, dict, Code)):
        if isinstance(value, Code):
            value = value.scope
        value = value["a"] if isinstance(value, dict) else value[0]


def test_fallback_that_never_ends_gives_recursion_error() -> None:
    options = failing.codec_options(ENDLESS)
    with pytest.raises(RecursionError):
        pymongo_cpp.encode({"v": object()}, codec_options=options)


def test_depth_of_two_hundred_is_encoded() -> None:
    value: Any = 1
    for _ in range(200):
        value = {"a": [value]}
    assert pymongo_cpp.encode(value) == C.encode(value)
