"""Helpers shared by the Python tests: oracles, strategies, canonical forms, malformed inputs."""
