"""Which codec serves PyMongo in this process, and why."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

from pymongo_cpp.dropin import compatibility, environment, modules, start_up
from pymongo_cpp.dropin.installer import state
from pymongo_cpp.dropin.levels import LEVELS

NATIVE = "pymongo_cpp"
C_EXTENSION = "c"
PURE_PYTHON = "python"


@dataclass(frozen=True)
class Status:
    """The answer of :func:`status`.

    ``active``: PyMongo runs on the native codec in this process. ``codec``: what serves PyMongo,
    ``"pymongo_cpp"``, ``"c"`` (PyMongo's own C extension) or ``"python"``. ``available``: the
    native codec could serve this PyMongo. ``reasons``: why it does not serve or cannot.
    ``level`` and ``enabled_by``: how much is replaced and what asked for it, None where inactive.
    ``start_up_hooks``: the files by which ``python -m pymongo_cpp enable`` switched it on for
    every process. ``versions``: of pymongo_cpp, PyMongo and Python; None where not found.
    ``files``: of the modules that serve as ``bson._cbson`` and ``pymongo._cmessage``.
    """

    active: bool
    codec: str
    available: bool
    reasons: tuple[str, ...]
    level: str | None
    enabled_by: str | None
    start_up_hooks: tuple[str, ...]
    versions: dict[str, str | None]
    files: dict[str, str | None]

    def __str__(self) -> str:
        """Return the report as lines of text."""
        return "\n".join(f"{label:<17} {value}" for label, value in self._lines())

    def to_json(self) -> str:
        """Return the report as a JSON object with the same names."""
        return json.dumps(asdict(self), indent=2)

    def _lines(self) -> list[tuple[str, str]]:
        lines = [("codec", _CODEC_NAMES[self.codec])]
        if self.active:
            lines += [("level", str(self.level)), ("enabled by", str(self.enabled_by))]
        else:
            lines.append(("available", "yes" if self.available else "no"))
        lines += [("reason", reason) for reason in self.reasons]
        lines += [("start-up", hook) for hook in self.start_up_hooks or ("not enabled",)]
        lines += [(name, version or "not found") for name, version in self.versions.items()]
        lines += [(name, file) for name, file in self.files.items() if file is not None]
        return lines


_CODEC_NAMES = {
    NATIVE: "pymongo_cpp (C++)",
    C_EXTENSION: "PyMongo's C extension",
    PURE_PYTHON: "PyMongo's pure Python code",
}


def status() -> Status:
    """Return which codec serves PyMongo in this process, and why.

    Imports :mod:`bson` where it is installed, because only its import shows whether PyMongo's own
    C extension loads.

    :return: a :class:`Status`, which prints as a report.

    .. versionadded:: 0.1
    """
    codec = _codec()
    unavailable = None if codec == NATIVE else _why_unavailable()
    with state.lock:
        level, enabled_by, reason = state.level, state.enabled_by, state.reason
    return Status(
        active=codec == NATIVE,
        codec=codec,
        available=unavailable is None,
        reasons=_reasons(codec, unavailable, reason),
        level=level,
        enabled_by=enabled_by,
        start_up_hooks=tuple(map(str, start_up.installed_hooks())),
        versions=_versions(),
        files={
            name: getattr(sys.modules.get(name), "__file__", None)
            for name in (modules.CBSON, modules.CMESSAGE)
        },
    )


def _codec() -> str:
    # First, because this import may be the one that switches the drop-in on.
    try:
        import bson
    except ImportError:
        return PURE_PYTHON
    if state.installation is not None:
        return NATIVE
    return C_EXTENSION if getattr(bson, "_USE_C", False) else PURE_PYTHON


def _why_unavailable() -> str | None:
    try:
        version = compatibility.supported_version()
        import bson

        native = importlib.import_module("pymongo_cpp._native")

        names = compatibility.private_names(version)
        compatibility.check_native(native, names)
        compatibility.check_bson(bson, names)
    except ImportError as error:
        return str(error)
    return None


def _reasons(codec: str, unavailable: str | None, recorded: str | None) -> tuple[str, ...]:
    reasons: list[str] = []
    if (value := environment.unknown_value()) is not None:
        reasons.append(f"{environment.VARIABLE}={value!r} is none of 0, 1 and require: ignored")
    if (value := environment.unknown_level()) is not None:
        known = " and ".join(LEVELS)
        reasons.append(f"{environment.LEVEL_VARIABLE}={value!r} is none of {known}: ignored")
    if codec != NATIVE:
        reasons.append(recorded or _not_asked_for())
        reasons += [
            why
            for why in (unavailable, start_up.failure())
            if why is not None and why not in reasons
        ]
    return tuple(reasons)


def _not_asked_for() -> str:
    if environment.mode() is environment.Mode.OFF:
        return f"switched off by {environment.VARIABLE}=0"
    return "not switched on"


def _versions() -> dict[str, str | None]:
    return {
        "pymongo_cpp": _own_version(),
        "pymongo": compatibility.pymongo_version(),
        "python": sys.version.split()[0],
    }


def _own_version() -> str | None:
    package: Any = sys.modules.get("pymongo_cpp")
    version = getattr(package, "__version__", None)
    if version is not None:
        return str(version)
    from importlib import metadata

    try:
        return metadata.version("pymongo-cpp")
    except metadata.PackageNotFoundError:
        return None
