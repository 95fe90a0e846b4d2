"""Differential fuzzing: whole random programs under CPython and through the engine."""
