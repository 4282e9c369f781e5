"""How much of PyMongo the drop-in replaces."""

from __future__ import annotations

DEFAULT = "default"
"""Both C extensions and the public functions of :mod:`bson` around them."""

FULL = "full"
"""Also ``ObjectId``, ``RawBSONDocument`` and ``is_valid``, which PyMongo has in Python."""

LEVELS = (DEFAULT, FULL)
