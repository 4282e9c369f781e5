"""Coverage-guided fuzzing of the core (libFuzzer) and of the extension (Atheris)."""
