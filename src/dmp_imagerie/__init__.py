"""Conformance kit for the French DMP (Mon espace santé) in imaging centres."""

__version__ = "0.1.0"
