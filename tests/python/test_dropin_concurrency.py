"""The drop-in under threads and forks, and while other threads are importing PyMongo."""

from __future__ import annotations

from pathlib import Path

from support.process import script

HERE = Path(__file__).parent


def test_threads_that_install_and_uninstall_while_others_encode() -> None:
    script(
        """
        import sys, threading
        import bson, pymongo, pymongo_cpp
        from support.bindings import bindings, differences

        sys.setswitchinterval(1e-5)
        before = bindings()
        document, failures, stop = {"a": [1, {"b": "c"}]}, [], threading.Event()
        data = bson.encode(document)

        def use():
            while not stop.is_set():
                if bson.encode(document) != data or bson.decode(data) != document:
                    failures.append("wrong result")

        def switch():
            try:
                for _ in range(25):
                    pymongo_cpp.install()
                    pymongo_cpp.uninstall()
            except BaseException as error:
                failures.append(repr(error))

        users = [threading.Thread(target=use) for _ in range(2)]
        switchers = [threading.Thread(target=switch) for _ in range(4)]
        for thread in users + switchers: thread.start()
        for thread in switchers: thread.join()
        stop.set()
        for thread in users: thread.join()
        assert failures == [], failures[:3]
        assert differences(before, bindings()) == []
        """,
        path=(HERE,),
    )


def test_install_while_another_thread_imports_pymongo() -> None:
    for _ in range(5):
        script(
            """
            import sys, threading, time
            sys.setswitchinterval(1e-5)
            import pymongo_cpp
            errors = []

            def load():
                try:
                    import gridfs, pymongo
                except BaseException as error:
                    errors.append(repr(error))

            thread = threading.Thread(target=load)
            thread.start()
            while thread.is_alive():
                pymongo_cpp.install()
                time.sleep(0.001)
                pymongo_cpp.uninstall()
            thread.join()
            pymongo_cpp.install()
            assert errors == [], errors
            import bson, pymongo, pymongo.message
            native = pymongo_cpp._native
            assert pymongo.message._op_msg_uncompressed is native._op_msg
            assert pymongo.message._dict_to_bson is native._dict_to_bson
            pymongo_cpp.uninstall()
            assert "pymongo_cpp" not in pymongo._cmessage.__file__
            assert pymongo.message._op_msg_uncompressed is pymongo._cmessage._op_msg
            assert pymongo.message._dict_to_bson is bson._cbson._dict_to_bson
            """
        )


def test_an_import_of_pymongo_that_begins_during_install() -> None:
    script(
        """
        import importlib, threading
        import bson, pymongo_cpp
        from pymongo_cpp.dropin import installer

        class Installation(installer.Installation):
            # install() has seen by now that nobody is importing pymongo.
            def __init__(self, *arguments):
                super().__init__(*arguments)
                thread.start()
                # Not for ever: pymongo.message has to wait for the installation.
                thread.join(3)

        thread = threading.Thread(target=lambda: importlib.import_module("pymongo"))
        installer.Installation = Installation
        assert pymongo_cpp.install()
        thread.join()

        import pymongo
        native = pymongo_cpp._native
        assert pymongo._cmessage.__file__ == native.__file__
        assert pymongo.message._op_msg_uncompressed is native._op_msg
        assert pymongo.message._dict_to_bson is native._dict_to_bson
        pymongo_cpp.uninstall()
        assert pymongo._cmessage.__file__ != native.__file__
        assert pymongo.message._op_msg_uncompressed is pymongo._cmessage._op_msg
        assert pymongo.message._dict_to_bson is bson._cbson._dict_to_bson
        """
    )


def test_a_fork_during_an_installation_gives_the_child_a_whole_pymongo() -> None:
    script(
        """
        import os, sys, threading, warnings
        import bson, pymongo, pymongo.message, pymongo_cpp
        warnings.simplefilter("ignore", DeprecationWarning)
        sys.setswitchinterval(1e-5)
        stop = threading.Event()

        def switch():
            while not stop.is_set():
                pymongo_cpp.install()
                pymongo_cpp.uninstall()

        thread = threading.Thread(target=switch)
        thread.start()
        codes = []
        for _ in range(20):
            child = os.fork()
            if child == 0:
                active = pymongo_cpp.status().active
                native = pymongo_cpp._native
                whole = (type(bson.encode) is native.NativeFunction) == active
                whole &= (pymongo.message._op_msg_uncompressed is native._op_msg) == active
                pymongo_cpp.install()
                pymongo_cpp.uninstall()
                os._exit(0 if whole else 1)
            codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        stop.set()
        thread.join()
        assert codes == [0] * 20, codes
        """
    )


def test_nothing_of_this_package_is_imported_under_the_lock() -> None:
    # A thread that imports pymongo_cpp, and at the end of it asks for the lock, would wait for the
    # one that holds it and waits for pymongo_cpp.
    script("""
        import builtins
        import bson, pymongo.message, pymongo_cpp
        from pymongo_cpp.dropin import installer

        under_lock = []
        original = builtins.__import__
        def watched(name, *arguments, **options):
            if installer.state.lock._is_owned() and name.startswith("pymongo_cpp"):
                under_lock.append(name)
            return original(name, *arguments, **options)
        builtins.__import__ = watched
        assert pymongo_cpp.install(level="full")
        pymongo_cpp.uninstall()
        builtins.__import__ = original
        assert under_lock == [], under_lock
    """)
