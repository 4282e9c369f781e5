"""Measure BSON codecs against each other on a user's own documents.

``python -m pymongo_cpp bench FILE.bson`` is the command; the modules here are also what the
project's own harness (``make bench``) and ``make demo`` are made of:

* :mod:`~pymongo_cpp.bench.documents`: deterministic streams of realistic documents;
* :mod:`~pymongo_cpp.bench.readers`: BSON and JSON-lines files;
* :mod:`~pymongo_cpp.bench.baseline`: PyMongo's real C extension, or a refusal;
* :mod:`~pymongo_cpp.bench.comparison`: equal results first, then the same passes of both;
* :mod:`~pymongo_cpp.bench.timing`: both sides in one process, taking turns;
* :mod:`~pymongo_cpp.bench.shares`: the share of time that each BSON type takes.
"""
