"""``python -m pymongo_cpp run``: the program behaves as under ``python``, on the native codec."""

from __future__ import annotations

import os
import signal
import sys
import zipfile
from pathlib import Path

import pytest
from support.process import python

REPORT = """
import bson, json, os, sys
main = sys.modules["__main__"]
assert vars(main) is globals()
print(json.dumps({
    "file": bson._cbson.__file__,
    "argv": sys.argv,
    "path0": os.path.realpath(sys.path[0]),
    "main": {k: repr(v) for k, v in sorted(globals().items())
             if k in ("__name__", "__package__", "__file__", "__cached__", "__doc__",
                      "__annotations__")},
    "spec": getattr(__spec__, "name", None),
    "loader": type(__loader__).__name__,
}))
"""


def both(*arguments: str, **options: object) -> tuple[dict[str, object], dict[str, object]]:
    """Return what REPORT printed under ``run`` and under plain ``python``."""
    import json

    ours = json.loads(python("-m", "pymongo_cpp", "run", *arguments, **options).stdout)
    plain = json.loads(python(*arguments, **options).stdout)
    assert "pymongo_cpp" in ours.pop("file")
    assert "pymongo_cpp" not in plain.pop("file")
    return ours, plain


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A script that reports what it sees of itself."""
    file = tmp_path / "app" / "program.py"
    file.parent.mkdir()
    file.write_text('"""Doc."""\n' + REPORT)
    return file


def test_script(program: Path) -> None:
    ours, plain = both(str(program), "-x", "--flag", "run")
    assert ours == plain


def test_script_by_relative_path(program: Path) -> None:
    ours, plain = both("app/program.py", "a", cwd=program.parent.parent)
    assert ours == plain


def test_byte_code_file(program: Path) -> None:
    import py_compile

    compiled = program.with_suffix(".pyc")
    py_compile.compile(str(program), cfile=str(compiled))
    ours, plain = both(str(compiled), "a")
    # Plain python's __main__ keeps the loader of the interpreter's start here, as with a script.
    assert ours == plain


def test_module_and_package(program: Path) -> None:
    folder = program.parent
    package = folder / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text(REPORT)
    (package / "module.py").write_text(REPORT)
    for name in ("program", "package", "package.module"):
        ours, plain = both("-m", name, "-m", "x", cwd=folder)
        assert ours == plain


def test_folder_and_zip_archive(program: Path, tmp_path: Path) -> None:
    (program.parent / "__main__.py").write_text(REPORT)
    ours, plain = both(str(program.parent), "a")
    assert ours == plain
    ours, plain = both("app", "a", cwd=tmp_path)
    assert ours == plain
    archive = tmp_path / "app.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("__main__.py", REPORT)
    ours, plain = both(str(archive), "a")
    assert ours == plain


def test_command() -> None:
    ours, plain = both("-c", REPORT, "a", "-b")
    # The interpreter's own BuiltinImporter stands in for a loader there.
    assert {**ours, "loader": ""} == {**plain, "loader": ""}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise SystemExit(7)", 7),
        ("raise SystemExit('message')", 1),
        ("raise SystemExit", 0),
        ("import sys; sys.exit(300 - 45)", 255),
        ("import os; os._exit(9)", 9),
        ("1 / 0", 1),
        ("raise KeyboardInterrupt", -signal.SIGINT),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    ],
)
def test_exit_codes_pass_through(tmp_path: Path, text: str, code: int) -> None:
    file = tmp_path / "program.py"
    file.write_text(text)
    ours = python("-m", "pymongo_cpp", "run", str(file), expected_code=None)
    plain = python(str(file), expected_code=None)
    assert ours.returncode == plain.returncode == code


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    1 / 0\nf()\n",
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e\n",
        "x = (\n",
        "raise KeyboardInterrupt\n",
    ],
    ids=["error", "chained", "syntax", "interrupt"],
)
def test_tracebacks_are_those_of_the_program_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "program.py"
    file.write_text(text)
    ours = python("-m", "pymongo_cpp", "run", str(file), expected_code=None)
    plain = python(str(file), expected_code=None)
    assert ours.stderr == plain.stderr


def test_the_programs_own_exception_hook_is_called(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("import sys\nsys.excepthook = lambda *a: print('mine', a[0].__name__)\n1 / 0\n")
    result = python("-m", "pymongo_cpp", "run", str(file), expected_code=1)
    assert result.stdout == "mine ZeroDivisionError\n"
    assert result.stderr == ""


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for arguments in (["absent.py"], ["-m", "absent_module"], ["-m", "json.absent"], ["."]):
        result = python("-m", "pymongo_cpp", "run", *arguments, cwd=tmp_path, expected_code=2)
        assert result.stderr.startswith("pymongo_cpp run: ")
        assert "Traceback" not in result.stderr
    for arguments in ([], ["-m"], ["-c"], ["--absent"]):
        result = python("-m", "pymongo_cpp", "run", *arguments, expected_code=2)
        assert result.stderr.startswith("usage: ")


def test_off_and_require_hold(program: Path) -> None:
    arguments = ("-m", "pymongo_cpp", "run", "-c", "import bson; print(bson._cbson.__file__)")
    assert "pymongo_cpp" not in python(*arguments, pymongo_cpp="0").stdout
    assert "pymongo_cpp" in python(*arguments, pymongo_cpp="require").stdout


def test_threads_and_exit_functions_still_find_main(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text(
        """
import atexit, pickle, sys, threading, time

class Thing: pass

def late(where):
    time.sleep(0.2)
    assert sys.modules["__main__"].Thing is Thing
    assert type(pickle.loads(pickle.dumps(Thing()))) is Thing
    print(where)

threading.Thread(target=late, args=("thread",)).start()
atexit.register(late, "exit")
"""
    )
    result = python("-m", "pymongo_cpp", "run", str(file))
    assert result.stdout == "thread\nexit\n"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
@pytest.mark.parametrize("as_module", [False, True])
def test_children_of_multiprocessing_run_on_the_native_codec(
    tmp_path: Path, method: str, as_module: bool
) -> None:
    file = tmp_path / "program.py"
    file.write_text(
        f"""
import multiprocessing

def codec(value):
    import bson
    return bson._cbson.__file__, bson.decode(bson.encode(value))

def nested(value):
    return in_a_child(codec, value)

def in_a_child(function, value):
    import concurrent.futures
    context = multiprocessing.get_context({method!r})
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(function, value).result()

if __name__ == "__main__":
    for function in (codec, nested):
        file, value = in_a_child(function, {{"a": 1}})
        assert "pymongo_cpp" in file, file
        assert value == {{"a": 1}}
    print("served")
"""
    )
    target = ["-m", "program"] if as_module else [str(file)]
    result = python("-W", "ignore", "-m", "pymongo_cpp", "run", *target, cwd=tmp_path)
    assert result.stdout == "served\n", result.stderr


def test_an_interrupt_ends_it_as_it_ends_python(tmp_path: Path) -> None:
    import subprocess

    file = tmp_path / "program.py"
    file.write_text("import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "pymongo_cpp", "run", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background job ignores the signal, and its children would as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert "pymongo_cpp" not in errors
