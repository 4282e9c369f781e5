"""Running an unmodified program as ``python`` would, with the drop-in active from its first line.

The program is run in a ``__main__`` module of its own which stays there afterwards: threads, atexit
functions and pickles of the program still find it. :mod:`runpy` takes its module away at the end.
"""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader, SourcelessFileLoader
from types import CodeType, ModuleType, TracebackType
from typing import Any, NamedTuple

from pymongo_cpp.dropin import spawning
from pymongo_cpp.dropin.installer import activate


class Program(NamedTuple):
    """What to run: its code, and what its ``__main__`` module says of it.

    ``search_path`` is the entry that goes first on ``sys.path``; None keeps the one there.
    """

    code: CodeType
    argv0: str
    spec: ModuleSpec | None
    loader: Any
    file: str | None
    search_path: str | None


class ProgramNotFoundError(Exception):
    """The script, folder, archive or module to run cannot be found or read."""


def run(
    load: Callable[[str], Program],
    target: str,
    arguments: list[str],
    level: str | None = None,
) -> None:
    """Run the program that ``load`` finds, with the drop-in active; return when its main code does.

    :param load: :func:`load_script`, :func:`load_module` or :func:`load_command`.
    :param target: its argument.
    :param arguments: the program's, without its name.
    :param level: as of :func:`pymongo_cpp.install`.
    :raises ProgramNotFoundError: there is nothing to run.
    :raises ImportError: ``PYMONGO_CPP=require`` is set and the native codec cannot serve.
    :raises BaseException: whatever the program raises, its traceback shown without our frames.
    """
    activate("python -m pymongo_cpp run", level)
    spawning.pass_on("python -m pymongo_cpp run (parent process)", level)
    try:
        # Finding a module imports the packages that it is in: this is the program's code too.
        program = load(target)
        main = _prepare(program, arguments)
        exec(program.code, vars(main))
    except ProgramNotFoundError:
        raise
    except BaseException:
        sys.excepthook = _without_our_frames(sys.excepthook)
        raise


def _prepare(program: Program, arguments: list[str]) -> ModuleType:
    """Set the interpreter up as ``python`` would for ``program``, and return its main module."""
    sys.argv[:] = [program.argv0, *arguments]
    if program.search_path is not None and not sys.flags.safe_path:
        sys.path[0] = program.search_path
    main = _main_module(program)
    sys.modules["__main__"] = main
    return main


def load_script(path: str) -> Program:
    """Return the program in a source or byte-code file, or in a folder or zip archive.

    :raises ProgramNotFoundError: there is no such file, or no ``__main__`` in it.
    :raises SyntaxError: the source does not compile.
    """
    argument = path
    path = os.path.join(os.getcwd(), path)
    if os.path.isdir(path) or _is_archive(path):
        return _load_container(path, argument)
    loader: SourceFileLoader | SourcelessFileLoader
    try:
        if path.endswith(".pyc"):
            loader = SourcelessFileLoader("__main__", path)
            code = loader.get_code("__main__")
        else:
            loader = SourceFileLoader("__main__", path)
            # Not get_code: python writes no byte-code file for a script.
            code = loader.source_to_code(loader.get_data(path), path)
    except OSError as error:
        raise ProgramNotFoundError(f"can't open file {argument!r}: {error.strerror}") from error
    if code is None:
        raise ProgramNotFoundError(f"no code in {argument!r}")
    folder = os.path.dirname(os.path.realpath(path))
    return Program(code, argument, None, loader, path, folder)


def load_module(name: str) -> Program:
    """Return module ``name``, or the ``__main__`` module of package ``name``.

    :raises ProgramNotFoundError: there is no such module, or it has no code.
    :raises SyntaxError: the source does not compile.
    """
    spec = _find_module(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _find_module(f"{name}.__main__")
    code = _code_of(spec)
    if spec is None or code is None:
        raise ProgramNotFoundError(f"No module named {name}, or nothing in it to run")
    return Program(code, spec.origin or name, spec, spec.loader, spec.origin, None)


def load_command(text: str) -> Program:
    """Return the program that is ``text`` itself, as with ``python -c``.

    :raises SyntaxError: ``text`` does not compile.
    """
    return Program(compile(text, "<string>", "exec"), "-c", None, None, None, None)


def _load_container(path: str, argument: str) -> Program:
    spec = PathFinder.find_spec("__main__", [path])
    code = _code_of(spec)
    if spec is None or code is None:
        raise ProgramNotFoundError(f"can't find '__main__' module in {argument!r}")
    return Program(code, argument, spec, spec.loader, spec.origin, path)


def _is_archive(path: str) -> bool:
    import zipfile

    return os.path.isfile(path) and not path.endswith((".py", ".pyc")) and zipfile.is_zipfile(path)


def _find_module(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return None


def _code_of(spec: ModuleSpec | None) -> CodeType | None:
    get_code = getattr(spec.loader, "get_code", None) if spec is not None else None
    code: CodeType | None = get_code(spec.name) if spec is not None and get_code else None
    return code


def _main_module(program: Program) -> ModuleType:
    main = ModuleType("__main__")
    main.__spec__ = program.spec
    main.__package__ = program.spec.parent if program.spec is not None else None
    main.__loader__ = program.loader
    namespace = vars(main)
    namespace["__builtins__"] = builtins
    namespace["__annotations__"] = {}
    if program.file is not None:
        namespace["__file__"] = program.file
        namespace["__cached__"] = program.spec.cached if program.spec is not None else None
    return main


def _without_our_frames(hook: Any) -> Any:
    """Return an exception hook that calls ``hook`` with the program's own part of a traceback."""

    def show(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        while traceback is not None and _is_ours(traceback.tb_frame.f_code.co_filename):
            traceback = traceback.tb_next
        hook(kind, error.with_traceback(traceback), traceback)

    return show


def _is_ours(file: str) -> bool:
    package = os.path.dirname(os.path.dirname(__file__))
    # Frozen: runpy, which started us, and importlib, which compiles the program for us.
    return file in (__file__, os.path.join(package, "__main__.py")) or file.startswith("<frozen ")
