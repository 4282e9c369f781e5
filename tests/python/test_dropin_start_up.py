"""enable, disable and the start-up hook, in an environment of the tests' own."""

from __future__ import annotations

import json
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import bson
import pytest
from support.process import python
from test_dropin_compatibility import set_version

import pymongo_cpp

CODEC = "import bson; print(bson._cbson.__file__)"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that sees this one's packages, PyMongo and the package under test."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    paths = [str(Path(module.__file__).parents[1]) for module in (bson, pymongo_cpp)]
    (site_packages(folder) / "under_test.pth").write_text("\n".join(paths) + "\n")
    return folder


@pytest.fixture
def executable(environment: Path) -> Iterator[str]:
    """The interpreter of an environment where the drop-in is enabled for one test."""
    file = str(environment / "bin" / "python")
    python("-m", "pymongo_cpp", "enable", executable=file)
    yield file
    python("-m", "pymongo_cpp", "disable", executable=file)


def site_packages(environment: Path) -> Path:
    """The environment's own site-packages."""
    return next((environment / "lib").glob("python*/site-packages"))


def files(environment: Path) -> set[Path]:
    """Every file in the environment's site-packages."""
    return {p for p in site_packages(environment).rglob("*") if p.is_file()}


def test_enable_serves_every_process_and_disable_leaves_nothing(environment: Path) -> None:
    interpreter = str(environment / "bin" / "python")
    before = files(environment)
    assert "pymongo_cpp" not in python("-c", CODEC, executable=interpreter).stdout
    for _ in range(2):
        written = python("-m", "pymongo_cpp", "enable", executable=interpreter).stdout
    assert sorted(written.split()[1::2]) == sorted(map(str, files(environment) - before))
    assert "pymongo_cpp" in python("-c", CODEC, executable=interpreter).stdout
    python("-m", "pymongo_cpp", "disable", executable=interpreter)
    assert files(environment) == before
    assert "pymongo_cpp" not in python("-c", CODEC, executable=interpreter).stdout
    again = python("-m", "pymongo_cpp", "disable", executable=interpreter).stdout
    assert again == "was not enabled\n"


@pytest.mark.parametrize("level", ["default", "full"])
def test_enable_at_a_level_serves_that_level(environment: Path, level: str) -> None:
    interpreter = str(environment / "bin" / "python")
    python("-m", "pymongo_cpp", "enable", "--level", level, executable=interpreter)
    try:
        status = python("-m", "pymongo_cpp", "status", "--json", executable=interpreter).stdout
        answer = json.loads(status)
        assert (answer["active"], answer["level"], answer["enabled_by"]) == (True, level, "enable")
        # A program that knows nothing of this package, with and without native ObjectIds.
        made = python(
            "-c",
            "import bson, inspect; print(inspect.isfunction(bson.ObjectId.__init__))",
            executable=interpreter,
        ).stdout
        assert made.strip() == str(level == "default")
    finally:
        python("-m", "pymongo_cpp", "disable", executable=interpreter)
    assert "pymongo_cpp" not in python("-c", CODEC, executable=interpreter).stdout


@pytest.mark.parametrize(
    "imports",
    [
        "import bson",
        "from bson import encode",
        "import bson.raw_bson",
        "import pymongo",
        "from pymongo import MongoClient",
        "import pymongo.message",
        "import gridfs",
        "import bson.objectid, pymongo",
        "import pymongo_cpp",
        "from pymongo_cpp import decode",
    ],
)
def test_any_first_import_is_served(executable: str, imports: str) -> None:
    python(
        "-W",
        "error",
        "-c",
        f"{imports}\n"
        "import bson, pymongo, pymongo.message, inspect, pymongo_cpp\n"
        "from pymongo_cpp import _native\n"
        "assert type(bson.encode) is _native.NativeFunction\n"
        "assert pymongo.message._op_msg_uncompressed is _native._op_msg\n"
        "assert pymongo.has_c() and bson.has_c()\n"
        "assert pymongo._cmessage.__file__ == _native.__file__\n"
        # Loader and spec of bson are as ever.
        "assert 'def has_c' in inspect.getsource(bson)\n"
        "assert type(bson.__spec__.loader).__name__ == 'SourceFileLoader'\n"
        "assert 'exec_module' not in vars(bson.__spec__.loader)\n"
        "assert pymongo_cpp.status().enabled_by == 'enable'\n",
        executable=executable,
    )


def test_first_imports_in_several_threads(executable: str) -> None:
    for _ in range(5):
        python(
            "-c",
            "import sys, threading, importlib\n"
            "sys.setswitchinterval(1e-5)\n"
            "errors = []\n"
            "def load(name):\n"
            "    try: importlib.import_module(name)\n"
            "    except BaseException as error: errors.append(repr(error))\n"
            "names = ['bson', 'pymongo', 'gridfs', 'pymongo_cpp']\n"
            "threads = [threading.Thread(target=load, args=(name,)) for name in names]\n"
            "for thread in threads: thread.start()\n"
            "for thread in threads: thread.join()\n"
            "assert errors == [], errors\n"
            "import bson, pymongo.message\n"
            "assert 'pymongo_cpp' in bson._cbson.__file__\n"
            "assert pymongo.message._dict_to_bson is bson._dict_to_bson\n"
            "assert pymongo.message._cmessage.__file__ == bson._cbson.__file__\n",
            executable=executable,
        )


def test_programs_without_bson_load_nothing(executable: str) -> None:
    text = "import sys; print('\\n'.join(sys.modules))"
    loaded = set(python("-c", text, executable=executable).stdout.split())
    assert "_pymongo_cpp_start_up" in loaded
    assert not loaded & {"bson", "pymongo", "pymongo_cpp"}


def test_off_and_require(executable: str) -> None:
    assert "pymongo_cpp" not in python("-c", CODEC, executable=executable, pymongo_cpp="0").stdout
    for value in ("1", "require"):
        output = python("-c", CODEC, executable=executable, pymongo_cpp=value).stdout
        assert "pymongo_cpp" in output


def test_a_broken_package_falls_back_or_raises(executable: str, tmp_path: Path) -> None:
    (tmp_path / "pymongo_cpp").mkdir()
    (tmp_path / "pymongo_cpp" / "__init__.py").write_text("raise RuntimeError('broken')")
    options = {"executable": executable, "path": (tmp_path,)}
    result = python("-c", CODEC, **options)
    assert result.stderr == ""
    assert "pymongo_cpp" not in result.stdout
    result = python("-c", CODEC, pymongo_cpp="require", expected_code=1, **options)
    assert result.stderr.strip().endswith("ImportError: PYMONGO_CPP=require: RuntimeError: broken")


def test_an_unsupported_pymongo_runs_as_it_would(executable: str, tmp_path: Path) -> None:
    from support.process import copy_of_pymongo

    set_version(copy_of_pymongo(tmp_path, extensions=True), "4.99.0")
    options = {"executable": executable, "path": (tmp_path,)}
    result = python("-c", f"{CODEC}; import pymongo; pymongo.MongoClient(connect=False)", **options)
    assert str(tmp_path) in result.stdout
    assert result.stderr == ""
    status = python("-m", "pymongo_cpp", "status", expected_code=4, **options).stdout
    assert "PyMongo 4.99.0 is not supported" in status
    options["pymongo_cpp"] = "require"
    for arguments in (["-c", CODEC], ["-m", "pymongo_cpp", "run", "-c", CODEC]):
        failed = python(*arguments, expected_code=1, **options)
        assert "PYMONGO_CPP=require: PyMongo 4.99.0 is not supported" in failed.stderr
    again = python("-m", "pymongo_cpp", "status", expected_code=4, **options).stdout
    assert "PyMongo 4.99.0 is not supported" in again
    removed = python("-m", "pymongo_cpp", "disable", **options).stdout
    assert "removed" in removed


def test_half_removed_files_disturb_no_program(executable: str, environment: Path) -> None:
    for file in files(environment):
        if file.name.startswith("_pymongo_cpp_start_up"):
            file.unlink()
    result = python("-c", CODEC, executable=executable)
    assert result.stderr == ""
    assert "pymongo_cpp" not in result.stdout


def test_status_exit_codes_and_json(environment: Path) -> None:
    interpreter = str(environment / "bin" / "python")

    def status(code: int, **options: str) -> dict[str, object]:
        result = python(
            "-m", "pymongo_cpp", "status", "--json",
            executable=interpreter, expected_code=code, **options,
        )  # fmt: skip
        answer: dict[str, object] = json.loads(result.stdout)
        return answer

    assert status(3)["start_up_hooks"] == []
    assert status(3, pymongo_cpp="0")["reasons"] == ["switched off by PYMONGO_CPP=0"]
    python("-m", "pymongo_cpp", "enable", executable=interpreter)
    try:
        answer = status(0)
        assert answer["enabled_by"] == "enable"
        assert answer["start_up_hooks"] == [
            str(site_packages(environment) / "pymongo_cpp_start_up.pth")
        ]
        assert status(3, pymongo_cpp="0")["active"] is False
    finally:
        python("-m", "pymongo_cpp", "disable", executable=interpreter)


def test_the_start_up_costs_less_than_a_millisecond(executable: str) -> None:
    measure = (
        "import sys, time\n"
        "import site\n"
        "sys.path_importer_cache.pop({folder!r}, None)\n"
        "sys.modules.pop('_pymongo_cpp_start_up')\n"
        "line = open({path!r}).read()\n"
        "start = time.perf_counter()\n"
        "exec(line)\n"
        "print(time.perf_counter() - start)\n"
    )
    folder = next((Path(executable).parents[1] / "lib").glob("python*/site-packages"))
    text = measure.format(path=str(folder / "pymongo_cpp_start_up.pth"), folder=str(folder))
    python("-c", text, executable=executable)
    deadline = time.monotonic() + 30
    best = 1.0
    while best >= 1e-3 and time.monotonic() < deadline:
        best = min(best, float(python("-c", text, executable=executable).stdout))
    assert best < 1e-3
