"""The checks and invariants, by subject. Importing this package registers them all."""

from dmp_imagerie.judge.checks import consultation, feeding, identity, visibility

__all__ = ["consultation", "feeding", "identity", "visibility"]
