"""What the drop-in binds for PyMongo's Python functions: native, and to be asked like those."""

from __future__ import annotations

import functools
import inspect
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import bson
import pytest
from support.process import script

from pymongo_cpp import _native

PUBLIC = ("encode", "decode", "decode_all")


def native_function(name: str) -> Any:
    return _native.NativeFunction(getattr(_native, name), getattr(bson, name))


def test_the_drop_in_keeps_the_signatures() -> None:
    script(
        """
        import inspect, bson, pymongo, pymongo_cpp
        names = ["encode", "decode", "decode_all"]
        if pymongo.version_tuple >= (4, 18):
            names.append("_raw_to_dict")
        def signatures():
            return [(str(inspect.signature(function)), inspect.signature(function),
                     inspect.getdoc(function), function.__name__, function.__qualname__,
                     function.__module__, function.__annotations__, function.__defaults__)
                    for function in (getattr(bson, name) for name in names)]
        before = signatures()
        pymongo_cpp.install()
        assert signatures() == before
        assert "'CodecOptions[Any]' = CodecOptions(document_class=dict" in before[0][0]
        """
    )


@pytest.mark.parametrize("name", PUBLIC)
def test_it_is_described_as_the_function_in_whose_place_it_is(name: str) -> None:
    function, original = native_function(name), getattr(bson, name)
    assert function.__wrapped__ is original
    assert inspect.unwrap(function) is original
    assert callable(function) and function != original
    assert repr(function) == f"<native function in the place of {original!r}>"
    assert inspect.get_annotations(function) == inspect.get_annotations(original)
    assert weakref.ref(function)() is function
    wrapper = functools.wraps(function)(lambda: None)
    assert (wrapper.__name__, wrapper.__doc__) == (name, original.__doc__)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = function.nonsense


def test_it_calls_the_native_function() -> None:
    encode = native_function("encode")
    data = encode({"a": 1}, codec_options=bson.DEFAULT_CODEC_OPTIONS)
    assert data == bson.encode({"a": 1}) == encode(document={"a": 1}) == encode(*[{"a": 1}])
    assert native_function("decode")(data) == {"a": 1}
    with pytest.raises(TypeError, match="unexpected keyword argument 'none'"):
        encode({}, none=1)
    with pytest.raises(TypeError, match="missing required argument: 'document'"):
        encode()
    calls: list[Callable[..., Any]] = [encode] * 3
    assert [call({}) for call in calls] == [b"\x05\0\0\0\0"] * 3


def test_it_is_pickled_by_name() -> None:
    script(
        """
        import copy, pickle, bson, pymongo_cpp
        plain = pickle.dumps(bson.encode)
        pymongo_cpp.install()
        assert pickle.loads(pickle.dumps(bson.encode)) is bson.encode is copy.deepcopy(bson.encode)
        assert pickle.loads(plain) is bson.encode
        """
    )
    # Another process, or this one without the drop-in, has another function under that name.
    with pytest.raises(pickle.PicklingError):
        pickle.dumps(native_function("encode"))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((bson.encode, bson.encode), "argument 1 must be builtin_function_or_method"),
        ((_native._dict_to_bson, bson.encode), "not called by METH_FASTCALL | METH_KEYWORDS"),
        ((len, len), "not called by METH_FASTCALL | METH_KEYWORDS"),
        ((), "missing required argument 'function'"),
    ],
)
def test_only_functions_that_take_keywords_are_called_so(
    arguments: tuple[Any, ...], error: str
) -> None:
    with pytest.raises(TypeError) as raised:
        _native.NativeFunction(*arguments)
    assert error in str(raised.value)


def test_raw_to_dict_takes_the_arguments_of_pymongos_python_function() -> None:
    data = bson.encode({"a": [1, {"b": 2}], "c": "d"})
    options = bson.DEFAULT_CODEC_OPTIONS
    raw_to_dict = _native._raw_to_dict_with_names
    expected = bson.decode(data)
    end = len(data) - 1
    result: dict[str, Any] = {}
    assert raw_to_dict(data, 4, end, options, result) is result
    assert result == expected
    assert raw_to_dict(data, 4, end, options, {}, False) == expected
    assert raw_to_dict(data, 4, end, opts=options, result={}, raw_array=False) == expected
    assert raw_to_dict(data, 4, end, options, {}, raw_array=True)["a"] == bson.encode(
        {"0": 1, "1": {"b": 2}}
    )
    with pytest.raises(TypeError, match="missing required argument: 'result'"):
        raw_to_dict(data, 4, end, options)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="multiple values for argument 'result'"):
        raw_to_dict(data, 4, end, options, {}, result={})  # type: ignore[misc]
