"""Atheris targets: the extension against pure-Python PyMongo."""
