"""install() and uninstall(): every binding of PyMongo, both ways, whatever was imported first."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import script

HERE = Path(__file__).parent
PRELUDES = {
    "nothing first": "",
    "bson.raw_bson first": "import bson.raw_bson\n",
    "pymongo first": "import pymongo\n",
    "gridfs first": "import gridfs\n",
}


@pytest.fixture(params=PRELUDES.values(), ids=PRELUDES.keys())
def prelude(request: pytest.FixtureRequest) -> str:
    """What the program imports before it installs the drop-in."""
    text: str = request.param
    return text


def test_both_modules_and_their_flags_are_ours(
    prelude: str, pymongo_path: tuple[Path, ...]
) -> None:
    script(
        prelude
        + """if True:
        import pymongo_cpp
        assert pymongo_cpp.install() is True
        import bson, bson._cbson, pymongo, pymongo._cmessage, pymongo.message, sys
        from pymongo_cpp import _native

        assert bson.has_c() and pymongo.has_c()
        assert bson._USE_C is True and pymongo.message._use_c is True
        assert bson._cbson is sys.modules["bson._cbson"]
        assert pymongo._cmessage is sys.modules["pymongo._cmessage"]
        for name in ("bson._cbson", "pymongo._cmessage"):
            module = sys.modules[name]
            assert module.__name__ == module.__spec__.name == name
            assert module.__file__ == module.__spec__.origin == _native.__file__
            assert "pymongo_cpp" in module.__doc__
            assert "_native" in repr(module), module
            assert not hasattr(module, "_C_API")
        assert pymongo.message._cmessage is pymongo._cmessage
        """,
        path=pymongo_path,
    )


def test_every_name_is_bound_to_the_native_function(
    prelude: str, pymongo_path: tuple[Path, ...]
) -> None:
    script(
        prelude
        + """if True:
        import pymongo_cpp
        pymongo_cpp.install()
        import bson, bson.raw_bson, gridfs, pymongo, pymongo.encryption, pymongo.message
        from pymongo.asynchronous import change_stream as asynchronous
        from pymongo.synchronous import change_stream as synchronous, encryption
        from pymongo_cpp import _native

        for name in ("encode", "decode", "decode_all"):
            assert type(getattr(bson, name)) is _native.NativeFunction, name
        for name in ("_bson_to_dict", "_dict_to_bson", "_decode_all",
                     "_array_of_documents_to_buffer"):
            assert getattr(bson, name) is getattr(_native, name), name
        assert pymongo.message._dict_to_bson is _native._dict_to_bson
        assert synchronous._bson_to_dict is asynchronous._bson_to_dict is _native._bson_to_dict
        assert (encryption.encode, encryption.decode) == (bson.encode, bson.decode)
        assert pymongo.message._op_msg_uncompressed is _native._op_msg
        for name in ("_batched_op_msg", "_encode_batched_op_msg", "_encode_batched_write_command"):
            assert getattr(pymongo.message, name) is getattr(_native, name), name
        if pymongo.version_tuple >= (4, 18):
            assert bson._raw_to_dict is bson.raw_bson._raw_to_dict
            assert type(bson._raw_to_dict) is _native.NativeFunction
        else:
            assert pymongo.message._query_uncompressed is _native._query_message
            assert pymongo.message._get_more_uncompressed is _native._get_more_message
        """,
        path=pymongo_path,
    )


def test_no_binding_of_the_old_functions_is_left(pymongo_path: tuple[Path, ...]) -> None:
    script(
        """
        import bson.raw_bson, gridfs, pymongo, pymongo.encryption, pymongo_cpp
        from support.bindings import bound_to, functions_of

        old = [bson.encode, bson.decode, bson.decode_all, bson._bson_to_dict, bson._dict_to_bson,
               bson._decode_all, bson._array_of_documents_to_buffer]
        if bson.has_c():
            old += [bson._cbson, pymongo._cmessage]
            old += functions_of(bson._cbson).values()
            old += functions_of(pymongo._cmessage).values()
        assert bound_to(old)
        pymongo_cpp.install()
        assert bound_to(old) == []
        """,
        path=pymongo_path,
    )


def test_pymongos_own_extension_keeps_its_functions() -> None:
    script(
        """
        import bson, pymongo, pymongo_cpp
        from support.bindings import functions_of

        modules = bson._cbson, pymongo._cmessage
        before = [functions_of(module) for module in modules]
        pymongo_cpp.install()
        assert [functions_of(module) for module in modules] == before
        """,
        path=(HERE,),
    )


def test_uninstall_restores_every_binding(prelude: str, pymongo_path: tuple[Path, ...]) -> None:
    script(
        prelude
        + """if True:
        import bson, pymongo_cpp
        from support.bindings import bindings, differences

        before = bindings()
        for _ in range(3):
            pymongo_cpp.install()
            pymongo_cpp.uninstall()
            assert differences(before, bindings()) == []
        """,
        path=pymongo_path,
    )


def test_uninstall_reaches_modules_that_were_loaded_under_the_drop_in(
    prelude: str, pymongo_path: tuple[Path, ...]
) -> None:
    script(
        prelude
        + """if True:
        import pymongo_cpp
        pymongo_cpp.install()
        import bson.raw_bson, gridfs, pymongo, pymongo.encryption, pymongo.message
        from pymongo_cpp import _native
        from support.bindings import bound_to, functions_of
        ours = [bson._cbson, pymongo._cmessage, *functions_of(bson._cbson).values(),
                *functions_of(pymongo._cmessage).values(),
                bson.encode, bson.decode, bson.decode_all]
        assert bound_to(ours)
        pymongo_cpp.uninstall()
        assert bound_to(ours) == []
        assert bson.has_c() == pymongo.has_c() == pymongo.message._use_c
        if bson.has_c():
            assert pymongo._cmessage is pymongo.message._cmessage
            assert pymongo.message._op_msg_uncompressed is pymongo._cmessage._op_msg
            assert "_cmessage" in pymongo._cmessage.__file__
        else:
            assert pymongo.message._op_msg_uncompressed.__module__ == "pymongo.message"
        assert bson.decode(bson.encode({"a": 1})) == {"a": 1}
        """,
        path=pymongo_path,
    )


def test_pymongos_extension_is_not_loaded_under_the_drop_in() -> None:
    output = script(
        """
        import pymongo_cpp
        pymongo_cpp.install()
        import importlib, pymongo._cmessage, pymongo.synchronous.mongo_client
        assert importlib.import_module("pymongo._cmessage") is pymongo._cmessage
        print(open("/proc/self/maps").read())
        """
    )
    assert "pymongo_cpp/_native" in output
    assert "/_cmessage." not in output


def test_functions_taken_before_install_use_the_native_codec() -> None:
    script(
        """
        from bson import decode, decode_all, decode_iter, encode
        import bson, pymongo_cpp

        data = encode({"a": 1})
        pymongo_cpp.install()

        calls = []
        for name in ("_dict_to_bson", "_bson_to_dict", "_decode_all"):
            native = getattr(bson, name)
            def counted(*arguments, name=name, native=native):
                calls.append(name)
                return native(*arguments)
            assert native is getattr(pymongo_cpp._native, name)
            setattr(bson, name, counted)
        assert encode({"a": 1}) == data
        assert decode(data) == {"a": 1}
        assert decode_all(data) == list(decode_iter(data)) == [{"a": 1}]
        assert calls == ["_dict_to_bson", "_bson_to_dict", "_decode_all", "_bson_to_dict"]
        """
    )


def test_install_is_idempotent() -> None:
    script(
        """
        import pymongo, pymongo_cpp
        from support.bindings import bindings, differences

        pymongo_cpp.uninstall()
        pymongo_cpp.install()
        once = bindings()
        assert pymongo_cpp.install() is True
        assert differences(once, bindings()) == []
        pymongo_cpp.uninstall()
        none = bindings()
        pymongo_cpp.uninstall()
        assert differences(none, bindings()) == []
        """,
        path=(HERE,),
    )


def test_unknown_level_is_refused_and_changes_nothing() -> None:
    script(
        """
        import bson, pymongo_cpp
        encode = bson.encode
        try:
            pymongo_cpp.install(level="everything")
        except ValueError as error:
            assert "everything" in str(error) and "default" in str(error)
        else:
            raise AssertionError("no error")
        assert bson.encode is encode and not pymongo_cpp.status().active
        """
    )


def test_default_arguments_and_class_attributes_are_replaced_and_restored() -> None:
    script(
        """
        import bson, pymongo, pymongo_cpp, types, sys
        module = types.ModuleType("pymongo.extra")
        exec('''if True:
            from bson import _dict_to_bson, encode
            def positional(document, encoder=_dict_to_bson): return encoder
            def keyword(*, encoder=encode): return encoder
            class Codec:
                plain = _dict_to_bson
                static = staticmethod(encode)
                def method(self, encoder=_dict_to_bson): return encoder
        ''', module.__dict__)
        sys.modules["pymongo.extra"] = module

        def held():
            return [module.positional(None), module.keyword(), module.Codec.plain,
                    module.Codec.static, module.Codec().method()]
        before = held()
        pymongo_cpp.install()
        native = pymongo_cpp._native
        assert held() == [native._dict_to_bson, bson.encode, native._dict_to_bson,
                          bson.encode, native._dict_to_bson]
        assert isinstance(vars(module.Codec)["static"], staticmethod)
        pymongo_cpp.uninstall()
        assert held() == before
        """
    )


def test_uninstall_leaves_what_others_bound_since() -> None:
    script(
        """
        import bson, pymongo_cpp
        pymongo_cpp.install()
        native = bson.encode
        def traced(*arguments, **options):
            return native(*arguments, **options)
        bson.encode = traced
        pymongo_cpp.uninstall()
        assert bson.encode is traced
        assert bson.decode(bson.encode({"a": 1})) == {"a": 1}
        """
    )


def test_raw_documents_and_single_elements_work_through_pymongo(
    pymongo_path: tuple[Path, ...],
) -> None:
    script(
        """
        import bson, pymongo_cpp
        pymongo_cpp.install()
        from bson.codec_options import CodecOptions
        from bson.raw_bson import RawBSONDocument

        data = bson.encode({"a": 1, "b": {"c": [1, {"d": 2}]}, "e": [{"f": 1}]})
        raw = RawBSONDocument(data)
        assert raw["b"]["c"][1]["d"] == 2 and raw["e"][0]["f"] == 1
        raw = bson.decode(data, CodecOptions(document_class=RawBSONDocument))
        assert type(raw) is RawBSONDocument and raw["a"] == 1
        assert bson.BSON.encode({"a": 1}).decode() == {"a": 1}
        assert bson._element_to_dict(data, memoryview(data), 4, len(data) - 1,
                                     CodecOptions(), False)[:2] == ("a", 1)
        """,
        path=pymongo_path,
    )


def test_raw_documents_are_inflated_by_the_native_codec(pymongo_path: tuple[Path, ...]) -> None:
    script(
        """
        import bson, pymongo, pymongo_cpp
        pymongo_cpp.install()
        import bson.raw_bson
        calls = []
        class Counting:
            def __getattr__(self, function):
                calls.append(function)
                return getattr(pymongo_cpp._native, function)
        document = bson.raw_bson.RawBSONDocument(bson.encode({"a": 1}))
        if pymongo.version_tuple >= (4, 18):
            assert type(bson.raw_bson._raw_to_dict) is pymongo_cpp._native.NativeFunction
            assert document["a"] == 1
        elif "_cbson" in bson._element_to_dict.__code__.co_names:
            bson._cbson = Counting()
            assert document["a"] == 1
            assert calls == ["_element_to_dict"]
        else:
            assert bson._element_to_dict.__module__ == "pymongo_cpp.dropin.installation"
            assert document["a"] == 1
        """,
        path=pymongo_path,
    )


def test_help_describes_the_native_wrappers_as_functions() -> None:
    script(
        """
        import inspect, pydoc
        import bson, pymongo_cpp

        def body(function):
            # The first line names the type of what is described.
            return pydoc.plain(pydoc.render_doc(function)).partition("\\n")[2]

        names = ("encode", "decode", "decode_all")
        before = {name: body(getattr(bson, name)) for name in names}
        pymongo_cpp.install()
        for name in names:
            assert body(getattr(bson, name)) == before[name], name
            assert inspect.isroutine(getattr(bson, name))

        class Application:
            encode = bson.encode
            static = staticmethod(bson.encode)

            def keys(self):
                return ["a"]

        assert Application.encode({"a": 1}) == Application().static({"a": 1})
        assert inspect.ismethod(Application().encode)
        """
    )
