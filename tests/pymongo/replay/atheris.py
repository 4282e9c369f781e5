"""Stand-in for atheris that runs a fuzz target once on each given file.

PyMongo's fuzz targets import atheris, which has no wheels for some supported interpreters. Its
deterministic mode, replaying files, needs none of its instrumentation.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import active_codec

_targets: list[tuple[Callable[[bytes], None], list[Path]]] = []


@contextlib.contextmanager
def instrument_imports(**_options: Any) -> Iterator[None]:
    """Instrument nothing: coverage guides only a search for new inputs."""
    yield


def instrument_func(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` as it is."""
    return function


def Setup(arguments: Sequence[str], target: Callable[[bytes], None], **_options: Any) -> None:
    """Remember the target and the inputs: the files in the directories of the command line."""
    inputs = [file for folder in arguments[1:] for file in sorted(Path(folder).iterdir())]
    _targets.append((target, inputs))


def Fuzz() -> None:
    """Run the target on every input and print a JSON line for each.

    The name is printed first, so that after a crash the last line tells the input.
    """
    problem = active_codec.problem()
    if problem is not None:
        sys.exit(problem)
    for target, inputs in _targets:
        for file in inputs:
            print(json.dumps(str(file)), end=" ", flush=True)
            print(json.dumps(_finding(target, file.read_bytes())), flush=True)


def _finding(target: Callable[[bytes], None], data: bytes) -> str | None:
    try:
        target(data)
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return None
