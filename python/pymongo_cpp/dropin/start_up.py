"""Switching the drop-in on for every process of a Python environment, and off again.

A ``.pth`` file in site-packages makes the interpreter import a small module next to it at every
start, which waits for the first import of :mod:`bson`. That module is a copy of
:mod:`pymongo_cpp.dropin.import_hook`: importing the original would import the whole package, and
:mod:`bson` with it, into programs that never use them.
"""

from __future__ import annotations

import importlib.util
import os
import py_compile
import site
import sys
import sysconfig
from pathlib import Path

from pymongo_cpp.dropin import import_hook

HOOK_MODULE = "_pymongo_cpp_start_up"
PATH_FILE = "pymongo_cpp_start_up.pth"

# site prints a traceback at every start for a line that raises. The hook module is missing only
# where somebody removed half of what `enable` wrote.
_PATH_LINE = (
    "import sys; exec('try:\\n import {module} as hook\\n hook.arm({level})"
    "\\nexcept ImportError:\\n pass')\n"
)


def enable(user: bool = False, level: str | None = None) -> list[Path]:
    """Write the start-up files; running it again renews them.

    :param user: write into the user's site-packages rather than the environment's.
    :param level: as of :func:`pymongo_cpp.install`.
    :return: the files written.
    :raises OSError: site-packages cannot be written.
    """
    folder = _folder(user)
    folder.mkdir(parents=True, exist_ok=True)
    # The hook first: at no moment may the .pth file point at nothing.
    module = folder / f"{HOOK_MODULE}.py"
    path_file = folder / PATH_FILE
    _write(module, Path(import_hook.__file__).read_text(encoding="utf-8"))
    # Every process of an environment with PYTHONDONTWRITEBYTECODE would compile it again.
    cached = Path(str(py_compile.compile(str(module), doraise=True)))
    argument = f'"{level}"' if level is not None else ""
    _write(path_file, _PATH_LINE.format(module=HOOK_MODULE, level=argument))
    return [module, cached, path_file]


def disable() -> list[Path]:
    """Remove the start-up files from the environment's and the user's site-packages.

    :return: the files removed; none if the drop-in was not enabled.
    :raises OSError: a file cannot be removed.
    """
    removed = []
    for folder in _folders():
        module = folder / f"{HOOK_MODULE}.py"
        cached = Path(importlib.util.cache_from_source(str(module)))
        for file in (folder / PATH_FILE, module, *cached.parent.glob(f"{HOOK_MODULE}.*.pyc")):
            if file.exists():
                file.unlink()
                removed.append(file)
    return removed


def installed_hooks() -> list[Path]:
    """Return the ``.pth`` files that ``enable`` wrote and that are there now."""
    return [folder / PATH_FILE for folder in _folders() if (folder / PATH_FILE).exists()]


def failure() -> str | None:
    """Return why the hook of this process could not reach the drop-in, or None."""
    hook = sys.modules.get(HOOK_MODULE)
    reason: str | None = getattr(hook, "failure", None)
    return reason


def _write(file: Path, text: str) -> None:
    # By rename: another process that starts now reads the old file or the new one.
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(file)


def _folder(user: bool) -> Path:
    return Path(site.getusersitepackages() if user else sysconfig.get_path("purelib"))


def _folders() -> list[Path]:
    return [_folder(user=False), _folder(user=True)]
