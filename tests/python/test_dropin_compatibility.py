"""A PyMongo that is not what it should be: nothing of it is touched, and the reason is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import bson
import pymongo
import pymongo.message
import pytest
from support.process import copy_of_pymongo, script

from pymongo_cpp.dropin import compatibility
from pymongo_cpp.dropin.compatibility import IncompatiblePyMongoError

HERE = Path(__file__).parent

REFUSED = """
import {imports}, pymongo_cpp
from support.bindings import bindings, differences

before = bindings()
try:
    pymongo_cpp.install()
except ImportError as error:
    print(type(error).__name__, error)
else:
    raise AssertionError("installed")
assert differences(before, bindings()) == []
status = pymongo_cpp.status()
assert not status.active and not status.available and status.codec == "c"
assert any({reason!r} in reason for reason in status.reasons), status.reasons
"""


def set_version(folder: Path, version: str) -> None:
    """Make the copy of PyMongo in ``folder`` say that it is ``version``."""
    file = folder / "pymongo" / "_version.py"
    text = re.sub(r'(?m)^__version__ = ".*"$', f'__version__ = "{version}"', file.read_text())
    assert version in text
    file.write_text(text)


@pytest.mark.parametrize("imports", ["bson", "pymongo"])
@pytest.mark.parametrize("version", ["4.8.0", "4.21.0", "5.0.0", "3.13.0"])
def test_other_versions_are_refused(tmp_path: Path, version: str, imports: str) -> None:
    set_version(copy_of_pymongo(tmp_path, extensions=True), version)
    output = script(
        REFUSED.format(imports=imports, reason=f"PyMongo {version} is not supported"),
        path=(HERE, tmp_path),
    )
    assert output.startswith(
        f"IncompatiblePyMongoError PyMongo {version} is not supported: 4.9 to 4.20 are"
    )


def test_an_unreadable_version_is_refused(tmp_path: Path) -> None:
    copy_of_pymongo(tmp_path, extensions=True)
    (tmp_path / "pymongo" / "_version.py").write_text("__version__ = None\n")
    output = script(
        REFUSED.format(imports="bson", reason="version cannot be read"), path=(HERE, tmp_path)
    )
    assert "IncompatiblePyMongoError" in output


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("del bson._decode_all", "_decode_all is missing"),
        ("bson._dict_to_bson = print", "_dict_to_bson is not bson._cbson._dict_to_bson"),
        ("bson.encode = lambda *a: b''", "encode is not PyMongo's own function"),
        ("bson._cbson.novel = print", "bson._cbson.novel is unknown"),
        ("del bson._USE_C", "not PyMongo's package"),
    ],
)
def test_a_patched_bson_is_refused(change: str, reason: str) -> None:
    script(
        """
        import bson, pymongo, pymongo_cpp
        from support.bindings import bindings, differences
        """
        f"""
        {change}
        before = bindings()
        try:
            pymongo_cpp.install()
        except pymongo_cpp.dropin.IncompatiblePyMongoError as error:
            assert {reason!r} in str(error), error
        else:
            raise AssertionError("installed")
        assert differences(before, bindings()) == []
        """,
        path=(HERE,),
    )


def test_a_patched_message_module_is_refused() -> None:
    script(
        """
        import pymongo.message, pymongo_cpp
        from support.bindings import bindings, differences
        pymongo.message._op_msg_uncompressed = print
        before = bindings()
        try:
            pymongo_cpp.install()
        except ImportError as error:
            assert "pymongo.message" in str(error) and "_op_msg_uncompressed" in str(error)
        else:
            raise AssertionError("installed")
        assert differences(before, bindings()) == []
        """,
        path=(HERE,),
    )


@pytest.mark.parametrize("mode", [None, "require"])
def test_a_message_module_that_differs_when_it_is_loaded_later_ends_the_drop_in(
    tmp_path: Path, mode: str | None
) -> None:
    copy_of_pymongo(tmp_path, extensions=True)
    with (tmp_path / "pymongo" / "message.py").open("a") as file:
        file.write("\n_batched_op_msg = len\n")
    output = script(
        """
        import pymongo_cpp
        assert pymongo_cpp.install()
        try:
            import pymongo
        except ImportError as error:
            print("raised", error)
        import bson
        status = pymongo_cpp.status()
        assert not status.active and status.codec == "c"
        assert any("_batched_op_msg" in reason for reason in status.reasons)
        assert type(bson.encode) is not pymongo_cpp._native.NativeFunction
        """,
        path=(tmp_path,),
        pymongo_cpp=mode,
    )
    assert output.startswith("raised PYMONGO_CPP=require: pymongo.message") is (mode == "require")


def test_a_native_extension_without_a_function_is_refused() -> None:
    names = compatibility.private_names((4, 20))
    with pytest.raises(IncompatiblePyMongoError, match="_batched_op_msg is missing"):
        compatibility.check_native(ModuleType("old"), names)


def test_another_package_called_bson_is_refused(tmp_path: Path) -> None:
    copy_of_pymongo(tmp_path, extensions=True)
    reason = _reason(lambda: compatibility.check_bson(ModuleType("bson"), _names()))
    assert "not PyMongo's package" in reason


def test_the_installed_pymongo_has_the_expected_names() -> None:
    compatibility.check_bson(bson, _names())
    compatibility.check_message(pymongo.message, _names())
    assert compatibility.pymongo_version() == pymongo.version
    assert compatibility.supported_version() == tuple(pymongo.version_tuple[:2])


@pytest.mark.parametrize(("version", "has"), [((4, 9), False), ((4, 17), False), ((4, 18), True)])
def test_names_follow_the_version(version: tuple[int, int], has: bool) -> None:
    names = compatibility.private_names(version)
    assert ("_raw_to_dict" in names.cbson) is has
    assert ("_query_uncompressed" in names.message) is not has
    assert {"_query_message", "_get_more_message"} <= names.cmessage


def test_module_functions_are_those_of_the_version() -> None:
    script(
        """
        import bson, pymongo, pymongo_cpp
        from support.bindings import functions_of
        before = set(functions_of(bson._cbson)), set(functions_of(pymongo._cmessage))
        pymongo_cpp.install()
        assert before == (set(functions_of(bson._cbson)), set(functions_of(pymongo._cmessage)))
        """,
        path=(HERE,),
    )


def _names() -> compatibility.PrivateNames:
    return compatibility.private_names(compatibility.supported_version())


def _reason(call: Callable[[], None]) -> str:
    with pytest.raises(IncompatiblePyMongoError) as caught:
        call()
    return str(caught.value)
