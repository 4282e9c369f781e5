"""A native BSON codec in C++20 that takes the place of PyMongo's C extensions."""

from __future__ import annotations

from pymongo_cpp.dropin import activate_from_environment, install, status, uninstall

__all__ = ["install", "status", "uninstall"]

activate_from_environment()
