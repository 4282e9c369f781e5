"""Interpreters beside the first, with a GIL of their own where CPython's datetime allows that."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import interpreters
from support.process import script

HERE = Path(__file__).parent


def test_the_newest_interface_is_used_with_a_gil_of_its_own_where_it_can_be() -> None:
    expected = {
        (3, 11): ("_xxsubinterpreters", False),
        (3, 12): ("_xxsubinterpreters", False),
        (3, 13): ("_interpreters", True),
    }.get(sys.version_info[:2], ("concurrent.interpreters", True))
    found = interpreters.interface()
    assert (found.name, found.own_gil) == expected


def test_the_interface_of_cpython_3_14(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this CPython is older, on a stand-in that does as PEP 734 says."""

    class ExecutionFailed(Exception):  # noqa: N818 - the name that PEP 734 gives it
        pass

    class Interpreter:
        closed = False

        def exec(self, source: str) -> None:
            try:
                exec(source, {})
            except Exception as error:
                raise ExecutionFailed(error) from None

        def close(self) -> None:
            self.closed = True

    stand_in = SimpleNamespace(
        __name__="concurrent.interpreters", create=Interpreter, ExecutionFailed=ExecutionFailed
    )
    monkeypatch.setattr(importlib, "import_module", {stand_in.__name__: stand_in}.__getitem__)
    found = interpreters.interface()
    interpreter: Any = found.create()
    assert found.own_gil
    assert found.run(interpreter, "assert 1 == 1") is None
    assert isinstance(found.run(interpreter, "assert 1 == 2"), ExecutionFailed)
    found.destroy(interpreter)
    assert interpreter.closed


@pytest.mark.skipif(
    sys.version_info[:2] != (3, 12), reason="only 3.12 has such interpreters without datetime in C"
)
def test_an_interpreter_that_cannot_work_gives_import_error() -> None:
    script(
        """
import _xxsubinterpreters as _i
import sys

failed = _i.run_string(_i.create(isolated=True), f'''
import sys
sys.path[:] = {sys.path!r}
try:
    import pymongo_cpp
except ImportError as error:
    assert "datetime" in str(error), error
else:
    raise AssertionError("imported")
''')
assert failed is None, failed
""",
        path=(HERE,),
    )


def test_interpreters_beside_the_first() -> None:
    script(
        """
import sys, threading
import pymongo_cpp
from support.interpreters import interface
from support.malformed import SAMPLE

interpreters = interface()
source = f'''
import sys
sys.path[:] = {sys.path!r}
import bson, pymongo_cpp
for _ in range(300):
    fields = pymongo_cpp.decode({SAMPLE!r})
    assert pymongo_cpp.encode(fields) == {SAMPLE!r}
    assert type(fields["_id"]) is bson.ObjectId
    try:
        pymongo_cpp.decode(b"bad")
    except bson.errors.InvalidBSON:
        pass
'''
failures = []

def work():
    interpreter = interpreters.create()
    try:
        failed = interpreters.run(interpreter, source)
        if failed is not None:
            failures.append(failed)
    except BaseException as error:
        failures.append(error)
    finally:
        interpreters.destroy(interpreter)

for _ in range(3):
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
assert failures == [], failures
assert pymongo_cpp.decode(SAMPLE)["flag"] is True
""",
        path=(HERE,),
    )
