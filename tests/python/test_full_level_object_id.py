"""ObjectId at the full level against PyMongo's own class, case by case."""

from __future__ import annotations

import copy
import datetime
import gc
import inspect
import operator
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from unittest import mock

import bson.objectid
import pytest
from bson.objectid import ObjectId
from hypothesis import given
from hypothesis import strategies as st
from support.leaks import assert_stable, rounds
from support.reference import OBJECT_ID, outcome, plain

import pymongo_cpp

COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
MOST = 0xFFFFFF
TWELVE = st.binary(min_size=12, max_size=12)
HEX = st.text("0123456789abcdefABCDEF", min_size=24, max_size=24)


class Derived(ObjectId):
    """As an application derives its own."""


class DerivedReference(OBJECT_ID):
    """The same of PyMongo's own class."""


DerivedReference.__name__ = "Derived"


class Text(str):
    """A str with a class of its own."""


class Bytes(bytes):
    """A bytes with a class of its own."""


@pytest.fixture(autouse=True, scope="module")
def full_level() -> Iterator[None]:
    """Install the full level for the tests of this file."""
    pymongo_cpp.install(level="full")
    yield
    pymongo_cpp.uninstall()


def same_outcome(make: Callable[[type], object]) -> None:
    """Assert that ``make`` gives for both classes the same value, or the same exception."""
    theirs, ours = outcome(make, OBJECT_ID), outcome(make, ObjectId)
    assert plain(ours) == plain(theirs)


def counter(object_id: ObjectId) -> int:
    return int.from_bytes(object_id.binary[9:], "big")


def _leave_empty(self: ObjectId, oid: object = None) -> None:
    """Stand for an __init__ of a test's own."""


# --- from text, bytes and others -----------------------------------------------------------------


@given(
    st.one_of(HEX, st.text(max_size=30), st.text("0123456789abcdef \tg", min_size=23, max_size=25))
)
def test_from_text(text: str) -> None:
    same_outcome(lambda cls: cls(text))
    same_outcome(lambda cls: cls(oid=text))
    same_outcome(lambda cls: cls(Text(text)))
    same_outcome(lambda cls: cls.is_valid(text))
    assert plain(Derived(text) if len(text) == 24 and ObjectId.is_valid(text) else 0) == plain(
        DerivedReference(text) if len(text) == 24 and OBJECT_ID.is_valid(text) else 0
    )


@given(st.binary(max_size=14))
def test_from_bytes(data: bytes) -> None:
    for value in (data, Bytes(data), bytearray(data), memoryview(data)):
        same_outcome(lambda cls, value=value: cls(value))
        same_outcome(lambda cls, value=value: cls.is_valid(value))


def test_keeps_the_bytes_object_that_it_is_given() -> None:
    for data in (bytes(range(12)), Bytes(range(12))):
        assert ObjectId(data).binary is data
        assert ObjectId(ObjectId(data)).binary is data


@pytest.mark.parametrize(
    "value", [0, 5, 1.5, [], {}, object, True, (), "é" * 24, "0" * 23 + "\u0663", "0" * 24 + "\n"]
)
def test_from_something_else(value: object) -> None:
    same_outcome(lambda cls: cls(value))
    same_outcome(lambda cls: cls.is_valid(value))


def test_wrong_calls_raise_what_the_function_raises() -> None:
    same_outcome(lambda cls: cls(1, 2))
    same_outcome(lambda cls: cls("0" * 24, oid=5))
    same_outcome(lambda cls: cls(id=5))
    same_outcome(lambda cls: cls("0" * 24, 1, 2, a=5))
    same_outcome(lambda cls: cls.__init__())
    same_outcome(lambda cls: cls(oid="0" * 24, b=1))


def test_from_an_object_id_of_any_class() -> None:
    given_id = ObjectId()
    assert ObjectId(given_id) == given_id
    assert Derived(given_id) == given_id
    assert ObjectId(Derived(given_id)) == given_id

    class Elsewhere(ObjectId):
        @property
        def binary(self) -> bytes:
            return b"another one!"

    assert ObjectId(Elsewhere(given_id)).binary == b"another one!"


def test_initializing_again_replaces_the_bytes() -> None:
    object_id = ObjectId()
    object_id.__init__("0" * 24)  # type: ignore[misc]
    assert object_id.binary == bytes(12)
    ObjectId.__init__(object_id, b"twelve bytes")
    assert object_id.binary == b"twelve bytes"


def test_a_class_with_slots_and_one_with_several_bases() -> None:
    class Mixin:
        def name(self) -> str:
            return "mixed"

    class Slotted(Mixin, ObjectId):
        __slots__ = ("extra",)

    made = Slotted("0" * 24)
    made.extra = 5
    assert (made.name(), made.extra, str(made), repr(made)) == (
        "mixed", 5, "0" * 24, f"ObjectId('{'0' * 24}')"
    )  # fmt: skip
    assert made == ObjectId("0" * 24) == made
    assert hash(made) == hash(ObjectId("0" * 24))
    assert len({Slotted() for _ in range(100)}) == 100


# --- to text, comparison, hash -------------------------------------------------------------------


@given(TWELVE)
def test_text_hash_and_time(data: bytes) -> None:
    for function in (str, repr, hash, lambda o: o.generation_time, lambda o: f"{o!s:>30}"):
        same_outcome(lambda cls, function=function: function(cls(data)))
        assert function(Derived(data)) == function(DerivedReference(data))


@given(TWELVE, TWELVE)
def test_comparison(left: bytes, right: bytes) -> None:
    for compare in COMPARISONS:
        for other in (left, right):
            same_outcome(lambda cls, c=compare, o=other: c(cls(left), cls(o)))
            assert compare(Derived(left), ObjectId(other)) == compare(left, other)
            assert compare(ObjectId(left), Derived(other)) == compare(left, other)


@pytest.mark.parametrize("other", [None, 5, "0" * 24, b"0" * 12, object(), ObjectId, mock.ANY])
def test_comparison_with_something_else(other: object) -> None:
    for compare in COMPARISONS:
        theirs = outcome(compare, OBJECT_ID("0" * 24), other)
        assert outcome(compare, ObjectId("0" * 24), other) == theirs
        same_outcome(lambda cls, c=compare: c(other, cls("0" * 24)))
    for name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(ObjectId(), name)(other) is NotImplemented


def test_comparison_asks_a_subclass_for_its_binary() -> None:
    def pretender(cls: type) -> object:
        return type("Pretender", (cls,), {"binary": b"zzzzzzzzzzzz"})(b"aaaaaaaaaaaa")

    def broken(cls: type) -> object:
        return type("Broken", (cls,), {"binary": property(lambda self: 1 / 0)})()

    for data in (b"zzzzzzzzzzzz", b"aaaaaaaaaaaa"):
        for compare in COMPARISONS:
            same_outcome(lambda cls, c=compare, d=data: c(cls(d), pretender(cls)))
            same_outcome(lambda cls, c=compare, d=data: c(pretender(cls), cls(d)))
            same_outcome(lambda cls, c=compare, d=data: c(cls(d), broken(cls)))
        same_outcome(lambda cls, d=data: cls(d).__eq__(pretender(cls)))
        same_outcome(lambda cls, d=data: cls(d).__eq__(broken(cls)))
    stand_in = mock.Mock(spec=ObjectId)
    stand_in.binary = b"zzzzzzzzzzzz"
    assert ObjectId(b"zzzzzzzzzzzz") == stand_in


def test_a_subclass_that_overrides_methods() -> None:
    class Loud(ObjectId):
        def __str__(self) -> str:
            return super().__str__().upper()

        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = ObjectId.__hash__

    assert repr(Loud("a" * 24)) == f"ObjectId('{'A' * 24}')"
    assert Loud() == 5
    assert hash(Loud("a" * 24)) == hash(ObjectId("a" * 24))


@pytest.mark.parametrize(
    "state",
    [b"", b"ten bytes!", Bytes(b"twelve bytes"), "latin é", 5, None, {"_ObjectId__id": "x"}],
)
def test_ids_of_another_shape_from_an_unpickled_state(state: object) -> None:
    def with_state(cls: type) -> object:
        made = cls.__new__(cls)
        made.__setstate__(state)
        return made

    for function in (str, repr, hash, lambda o: o.binary, lambda o: o.generation_time):
        same_outcome(lambda cls, function=function: function(with_state(cls)))
    for compare in COMPARISONS:
        same_outcome(lambda cls, c=compare: c(with_state(cls), with_state(cls)))
        same_outcome(lambda cls, c=compare: c(with_state(cls), cls("0" * 24)))
        same_outcome(lambda cls, c=compare: c(cls("0" * 24), with_state(cls)))


def test_an_instance_that_was_never_initialized() -> None:
    for function in (str, repr, hash, lambda o: o == o, lambda o: o < type(o)("0" * 24)):
        same_outcome(lambda cls, function=function: function(cls.__new__(cls)))
    same_outcome(lambda cls: cls("0" * 24) == cls.__new__(cls))
    same_outcome(lambda cls: cls(cls.__new__(cls)))


# --- pickles and copies --------------------------------------------------------------------------


@given(TWELVE)
def test_pickles_of_all_protocols(data: bytes) -> None:
    made = ObjectId(data)
    pickles = [pickle.dumps(made, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for pickled in pickles:
        read = pickle.loads(pickled)
        assert type(read) is ObjectId
        assert read == made
    pymongo_cpp.uninstall()
    try:
        for protocol, pickled in enumerate(pickles):
            assert pickle.dumps(made, protocol) == pickled
            assert pickle.loads(pickled) == made
    finally:
        pymongo_cpp.install(level="full")
    assert copy.copy(made) == copy.deepcopy(made) == made
    assert type(pickle.loads(pickle.dumps(Derived(data)))) is Derived


def test_pickles_of_pymongo_1_9_and_of_python_2() -> None:
    head = (
        b"ccopy_reg\n_reconstructor\np0\n(cbson.objectid\nObjectId\np1\n"
        b"c__builtin__\nobject\np2\nNtp3\nRp4\n"
    )
    data = rb"S'M\x9afV\x13v\xc0\x0b\x88\x00\x00\x00'" + b"\n"
    for text in (
        head + b"(dp5\nS'_ObjectId__id'\np6\n" + data + b"p7\nsb.",
        head + data + b"p5\nb.",
    ):
        made = pickle.loads(text, encoding="latin-1")
        assert type(made) is ObjectId
        assert made.binary == b"M\x9afV\x13v\xc0\x0b\x88\x00\x00\x00"
        assert str(made) == made.binary.hex()


def test_the_class_and_its_methods_look_as_before() -> None:
    assert type(ObjectId()) is bson.ObjectId is bson.objectid.ObjectId
    assert inspect.signature(ObjectId) == inspect.signature(OBJECT_ID)
    assert inspect.signature(ObjectId.__init__) == inspect.signature(OBJECT_ID.__init__)
    for name in ("__doc__", "__name__", "__qualname__", "__defaults__", "__annotations__"):
        assert getattr(ObjectId.__init__, name) == getattr(OBJECT_ID.__init__, name)
    assert ObjectId.__init__.__module__ == "bson.objectid"
    assert pickle.loads(pickle.dumps(ObjectId.__init__)) is ObjectId.__init__
    assert repr(ObjectId.__init__).startswith("<function ObjectId.__init__")
    assert inspect.ismethod(ObjectId().__init__)  # type: ignore[misc]
    made = ObjectId.from_datetime(datetime.datetime(2010, 1, 1))
    assert made == ObjectId("4b3d3b000000000000000000")


# --- generation ----------------------------------------------------------------------------------


def test_the_parts_of_a_new_id() -> None:
    ObjectId._inc = 0x0A0B0C
    before = int(time.time())
    made = ObjectId()
    assert before <= int.from_bytes(made.binary[:4], "big") <= time.time()
    assert made.binary[4:9] == ObjectId._random()
    assert made.binary[9:] == b"\x0a\x0b\x0c"
    assert ObjectId(None).binary[9:] == b"\x0a\x0b\x0d"
    assert ObjectId(oid=None).binary[9:] == b"\x0a\x0b\x0e"
    assert Derived().binary[9:] == b"\x0a\x0b\x0f"
    assert (ObjectId._inc, type(ObjectId._inc), ObjectId()._inc) == (0x0A0B10, int, 0x0A0B11)


def test_the_counter_wraps() -> None:
    ObjectId._inc = MOST
    assert [counter(ObjectId()) for _ in range(3)] == [MOST, 0, 1]
    assert ObjectId._inc == 2


def test_both_generators_draw_from_one_counter() -> None:
    pymongo_generates = ObjectId.__init__.__wrapped__  # type: ignore[attr-defined]
    ObjectId._inc = 100
    made = []
    for _ in range(20):
        made.append(ObjectId())
        old = ObjectId.__new__(ObjectId)
        pymongo_generates(old)
        made += [old, ObjectId(), ObjectId()]
    assert [counter(object_id) for object_id in made] == list(range(100, 180))
    assert len({object_id.binary[4:9] for object_id in made}) == 1


def test_a_held_lock_is_waited_for() -> None:
    ObjectId._inc = 500
    made: list[ObjectId] = []
    with ObjectId._inc_lock:
        reserved = ObjectId._inc
        thread = threading.Thread(target=lambda: made.append(ObjectId()))
        thread.start()
        thread.join(0.2)
        assert not made
        ObjectId._inc = reserved + 1
    thread.join(10)
    assert [counter(object_id) for object_id in made] == [501]
    assert counter(ObjectId()) == 502


def test_reading_the_counter_without_the_lock_stops_nobody() -> None:
    ObjectId._inc = 7
    assert [ObjectId._inc, counter(ObjectId()), ObjectId._inc, counter(ObjectId())] == [7, 7, 8, 8]


@pytest.mark.parametrize("value", [-1, MOST + 1, "5", None, 1.5, 2**70])
def test_a_strange_counter_gives_what_pymongo_gives(value: object) -> None:
    before = ObjectId._inc
    try:
        ObjectId._inc = OBJECT_ID._inc = value  # type: ignore[assignment]
        theirs = outcome(lambda: counter(OBJECT_ID()))
        assert outcome(lambda: counter(ObjectId())) == theirs
    finally:
        ObjectId._inc = OBJECT_ID._inc = before
    assert counter(ObjectId()) == before


@pytest.mark.parametrize("name", ["_inc", "_inc_lock", "_pid", "_random", "_ObjectId__random"])
def test_a_deleted_attribute_is_an_exception(name: str) -> None:
    value = vars(ObjectId)[name] if name != "_inc" else ObjectId._inc
    ObjectId()
    delattr(ObjectId, name)
    try:
        if name == "_inc_lock":
            # Asked for only when somebody may hold it.
            ObjectId._inc = 5
        with pytest.raises(AttributeError, match=name):
            ObjectId()
    finally:
        setattr(ObjectId, name, value)
    ObjectId()


def test_replaced_methods_are_used() -> None:
    with mock.patch.object(ObjectId, "_random", return_value=b"12345"):
        assert ObjectId().binary[4:9] == b"12345"
    assert ObjectId().binary[4:9] == ObjectId._random() != b"12345"
    with mock.patch.object(ObjectId, "_ObjectId__random", b"54321"):
        assert ObjectId().binary[4:9] == b"54321"
    with mock.patch.object(ObjectId, "__init__", _leave_empty):
        assert not hasattr(ObjectId("0" * 24), "_ObjectId__id")
    assert str(ObjectId("0" * 24)) == "0" * 24


def test_a_replaced_clock_is_used() -> None:
    for target in ("time.time", "bson.objectid.time.time"):
        with mock.patch(target, return_value=12345.9):
            assert ObjectId().binary[:4] == (12345).to_bytes(4, "big")
    with mock.patch("bson.objectid.time") as module:
        module.time.return_value = 5
        assert ObjectId().binary[:4] == (5).to_bytes(4, "big")
    with mock.patch("time.time", return_value=2.0**32):
        same_outcome(lambda cls: cls())
    assert abs(int.from_bytes(ObjectId().binary[:4], "big") - time.time()) < 5


def test_time_that_goes_backwards_changes_nothing_else() -> None:
    with mock.patch("time.time", side_effect=[2000.0, 1000.0, 3000.0]):
        made = [ObjectId() for _ in range(3)]
    times = [int.from_bytes(object_id.binary[:4], "big") for object_id in made]
    assert times == [2000, 1000, 3000]
    first = counter(made[0])
    assert [counter(o) for o in made] == [(first + i) & MOST for i in range(3)]


def test_another_process_number_draws_new_random_bytes() -> None:
    before = ObjectId().binary[4:9]
    ObjectId._pid += 1
    after = ObjectId().binary[4:9]
    assert before != after == ObjectId().binary[4:9] == ObjectId._random()
    assert ObjectId._pid == os.getpid()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_draws_random_bytes_of_its_own() -> None:
    ids = {ObjectId().binary}
    randoms = {ObjectId().binary[4:9]}
    for _ in range(5):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(writer, b"".join(ObjectId().binary for _ in range(10)))
            os._exit(0)
        os.close(writer)
        with open(reader, "rb") as stream:
            data = stream.read()
        os.waitpid(child, 0)
        made = [data[i : i + 12] for i in range(0, 120, 12)]
        assert len({object_id[4:9] for object_id in made}) == 1
        randoms.add(made[0][4:9])
        ids.update(made, [ObjectId().binary])
    assert len(randoms) == 6
    assert len(ids) == 56


def test_a_million_ids_of_eight_threads_are_distinct() -> None:
    per_thread = 125_000
    made: list[list[ObjectId]] = [[] for _ in range(8)]
    ready = threading.Barrier(8)

    def generate(own: list[ObjectId]) -> None:
        ready.wait()
        own.extend(ObjectId() for _ in range(per_thread))

    threads = [threading.Thread(target=generate, args=(own,)) for own in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({object_id.binary for own in made for object_id in own}) == 1_000_000


def test_threads_of_both_generators_never_collide() -> None:
    pymongo_generates = ObjectId.__init__.__wrapped__  # type: ignore[attr-defined]
    made: list[list[bytes]] = [[] for _ in range(4)]

    def ours(own: list[bytes]) -> None:
        own.extend(ObjectId().binary for _ in range(5_000))

    def theirs(own: list[bytes]) -> None:
        for _ in range(5_000):
            object_id = ObjectId.__new__(ObjectId)
            pymongo_generates(object_id)
            own.append(object_id.binary)

    targets = (ours, theirs, ours, theirs)
    threads = [threading.Thread(target=t, args=(o,)) for t, o in zip(targets, made, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({object_id for own in made for object_id in own}) == 20_000


# --- leaks ---------------------------------------------------------------------------------------


def test_nothing_is_left_behind() -> None:
    known, other = ObjectId(), Derived()
    never = ObjectId.__new__(ObjectId)

    def attempt(function: Callable[..., object], *arguments: object) -> Callable[[], None]:
        def call() -> None:
            outcome(function, *arguments)

        return call

    calls = [
        ("new", ObjectId), ("derived", Derived), ("text", attempt(ObjectId, "0" * 24)),
        ("bytes", attempt(ObjectId, b"twelve bytes")), ("copy", attempt(ObjectId, known)),
        ("copy of derived", attempt(ObjectId, other)), ("wrong", attempt(ObjectId, "wrong")),
        ("type", attempt(ObjectId, 5)), ("many", attempt(ObjectId, 1, 2, 3)),
        ("again", attempt(ObjectId.__init__, known, "0" * 24)), ("str", attempt(str, known)),
        ("repr", attempt(repr, known)), ("hash", attempt(hash, known)),
        ("unset", attempt(hash, never)), ("unset text", attempt(str, never)),
        ("unset ==", attempt(operator.eq, known, never)), ("read", lambda: ObjectId._inc),
        *((f"{c.__name__} {o!r:.9}", attempt(c, known, o))
          for c in COMPARISONS for o in (known, other, 5)),
    ]  # fmt: skip
    assert_stable(calls, [ObjectId, Derived, known, other, never, None, NotImplemented], rounds())


def test_a_hundred_thousand_calls_keep_reference_counts() -> None:
    import sys

    gc.collect()
    tracked = [ObjectId, ObjectId._random(), None, NotImplemented, ObjectId.__init__]
    before = [sys.getrefcount(item) for item in tracked]
    for _ in range(100_000):
        ObjectId()
    gc.collect()
    assert all(
        abs(sys.getrefcount(item) - count) < 100
        for item, count in zip(tracked, before, strict=True)
    )
