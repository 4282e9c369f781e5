"""install(level=...): choosing, switching and leaving the full level."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support.process import python, script

import pymongo_cpp
from pymongo_cpp.dropin import IncompatiblePyMongoError

LEVEL = "import pymongo_cpp; print(pymongo_cpp.status().level)"
CLASSES = """
import bson, bson.raw_bson, pymongo_cpp
CLASSES = bson.ObjectId, bson.raw_bson.RawBSONDocument
def attributes():
    found = {(c, n): v for c in CLASSES for n, v in vars(c).items() if n != "_inc"}
    return {**found, "is_valid": bson.is_valid, "iter": bson.decode_iter}
before = attributes()
def changed():
    after = attributes()
    keys = before.keys() | after.keys()
    return {k[1] if isinstance(k, tuple) else k
            for k in keys if before.get(k) is not after.get(k)}
FULL = {"__init__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__hash__",
        "__str__", "__repr__", "__getitem__", "__iter__", "__len__", "__contains__", "get",
        "items", "is_valid", "iter"}
"""


def test_an_unknown_level_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="unknown level 'nonsense': use one of default, full"):
        pymongo_cpp.install(level="nonsense")
    assert pymongo_cpp.status().level is None


def test_what_each_level_replaces(pymongo_path: tuple[Path, ...]) -> None:
    script(
        CLASSES
        + """
pymongo_cpp.install()
assert (pymongo_cpp.status().level, changed()) == ("default", {"iter"})
pymongo_cpp.install(level="full")
assert (pymongo_cpp.status().level, changed()) == ("full", FULL)
pymongo_cpp.install()
assert (pymongo_cpp.status().level, changed()) == ("full", FULL)
pymongo_cpp.install(level="full")
assert changed() == FULL
pymongo_cpp.install(level="default")
assert (pymongo_cpp.status().level, changed()) == ("default", {"iter"})
for _ in range(3):
    pymongo_cpp.install(level="full")
    assert bson.is_valid(bson.encode({"_id": bson.ObjectId()}))
    pymongo_cpp.uninstall()
    assert (pymongo_cpp.status().level, changed()) == (None, set())
""",
        path=pymongo_path,
    )


def test_uninstall_restores_counter_and_constructor() -> None:
    script(
        CLASSES
        + """
first = bson.ObjectId._inc
pymongo_cpp.install(level="full")
taken = bson.ObjectId.__init__, bson.ObjectId.__eq__, bson.raw_bson.RawBSONDocument.get
made = [bson.ObjectId() for _ in range(10)]
pymongo_cpp.uninstall()
assert type(vars(bson.ObjectId)["_inc"]) is int
assert bson.ObjectId._inc == (first + 10) % (1 << 24)
made.append(bson.ObjectId())
assert len({int.from_bytes(o.binary[9:], "big") for o in made}) == 11
# What was taken while the level was installed keeps working.
late = bson.ObjectId.__new__(bson.ObjectId)
taken[0](late)
assert late not in made and type(vars(bson.ObjectId)["_inc"]) is int
assert taken[1](late, late) is True
raw = bson.raw_bson.RawBSONDocument(bson.encode({"a": 1}))
assert taken[2](raw, "a") == 1
"""
    )


def test_a_replaced_constructor_is_called() -> None:
    script(
        """
        from bson import ObjectId
        import pymongo_cpp
        pymongo_cpp.install(level="full")
        ObjectId.__new__ = lambda cls, oid=None: "made"
        assert ObjectId("0" * 24) == "made"
        """
    )


def test_a_patched_class_is_left_alone() -> None:
    script(
        CLASSES
        + """
original = bson.ObjectId.__str__
bson.ObjectId.__str__ = lambda self: "patched"
import pytest
for already in (False, True):
    if already:
        pymongo_cpp.install()
    with pytest.raises(pymongo_cpp.dropin.IncompatiblePyMongoError, match="__str__ is not"):
        pymongo_cpp.install(level="full")
    assert pymongo_cpp.status().level == ("default" if already else None)
    assert str(bson.ObjectId()) == "patched"
bson.ObjectId.__str__ = original
assert pymongo_cpp.install(level="full")
""",
    )
    assert issubclass(IncompatiblePyMongoError, ImportError)


def test_what_was_patched_over_ours_stays() -> None:
    script(
        CLASSES
        + """
pymongo_cpp.install(level="full")
def patched(self): return "patched"
bson.ObjectId.__str__ = patched
pymongo_cpp.uninstall()
assert bson.ObjectId.__str__ is patched
assert changed() == {"__str__"}
"""
    )


def test_the_environment_chooses_the_level() -> None:
    for value, code, expected in (
        ("full", LEVEL, "full"),
        (" FULL ", LEVEL, "full"),
        ("default", "import pymongo_cpp; pymongo_cpp.install('full');" + LEVEL, "default"),
        ("full", "import pymongo_cpp; pymongo_cpp.install('default');" + LEVEL, "full"),
        ("nonsense", LEVEL, "default"),
    ):
        code = f"import os; os.environ.update(PYMONGO_CPP_LEVEL={value!r}, PYMONGO_CPP='1');{code}"
        assert python("-c", code).stdout.strip() == expected
    output = script(
        """
        import os
        os.environ["PYMONGO_CPP_LEVEL"] = "nonsense"
        import pymongo_cpp
        print(pymongo_cpp.status())
        """
    )
    assert "PYMONGO_CPP_LEVEL='nonsense' is none of default and full: ignored" in output


@pytest.mark.parametrize("option", [["--level", "full"], ["--level=full"]])
def test_run_takes_a_level(option: list[str], tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(f"import sys; print(sys.argv[1:]); {LEVEL}")
    result = python("-m", "pymongo_cpp", "run", *option, str(program), "--level", "its own")
    assert result.stdout.split("\n")[:2] == ["['--level', 'its own']", "full"]
    result = python("-m", "pymongo_cpp", "run", *option, "-c", LEVEL)
    assert result.stdout.strip() == "full"


@pytest.mark.parametrize("arguments", [["--level"], ["--level", "x", "f.py"], ["--level=full"]])
def test_run_refuses_what_is_no_level(arguments: list[str]) -> None:
    python("-m", "pymongo_cpp", "run", *arguments, expected_code=2)


def test_spawned_processes_have_the_level(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, pymongo_cpp\n"
        "def child(queue): queue.put(pymongo_cpp.status().level)\n"
        "if __name__ == '__main__':\n"
        "    context = multiprocessing.get_context('spawn')\n"
        "    queue = context.Queue()\n"
        "    process = context.Process(target=child, args=(queue,))\n"
        "    process.start(); print(queue.get(timeout=60)); process.join()\n"
    )
    result = python("-m", "pymongo_cpp", "run", "--level", "full", str(program))
    assert result.stdout.strip() == "full"


def test_the_start_up_hook_passes_the_level_on() -> None:
    for argument, expected in (('"full"', "full"), ("", "default")):
        # Importing the package would import bson: at start-up a copy of the hook runs alone.
        source = (
            "import importlib.util, sys\n"
            f"spec = importlib.util.spec_from_file_location('hook', {HOOK!r})\n"
            "hook = importlib.util.module_from_spec(spec); sys.modules['hook'] = hook\n"
            f"spec.loader.exec_module(hook); hook.arm({argument})\nimport bson; {LEVEL}"
        )
        assert python("-c", source).stdout.strip() == expected


HOOK = str(Path(pymongo_cpp.__file__).parent / "dropin" / "import_hook.py")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="own-GIL interpreters need CPython 3.12")
def test_subinterpreters_have_generators_of_their_own() -> None:
    script(
        """
        import sys
        if sys.version_info >= (3, 13):
            import _interpreters as interpreters
            make = lambda: interpreters.create("legacy")
            run = interpreters.exec
        else:
            import _xxsubinterpreters as interpreters
            make = lambda: interpreters.create(isolated=False)
            run = interpreters.run_string
        import os
        from bson import ObjectId
        import pymongo_cpp
        pymongo_cpp.install(level="full")
        reader, writer = os.pipe()
        for _ in range(3):
            other = make()
            failed = run(other, f'''if True:
                import os
                from bson import ObjectId
                import pymongo_cpp
                pymongo_cpp.install(level="full")
                made = [ObjectId() for _ in range(100)]
                assert len(set(made)) == 100 and ObjectId(str(made[0])) == made[0]
                os.write({writer}, made[0].binary)
            ''')
            assert failed is None, failed
            theirs = os.read(reader, 12)
            assert theirs[4:9] != ObjectId().binary[4:9]
            interpreters.destroy(other)
        assert len({ObjectId() for _ in range(1000)}) == 1000
        """
    )
