"""The checks and invariants, by subject. Importing this package registers them all."""

from dmp_imagerie.judge.checks import (
    access,
    consultation,
    declarations,
    display,
    feeding,
    habilitation,
    hl7,
    identity,
    messages,
    speaker,
    traces,
    visibility,
)

__all__ = [
    "access",
    "consultation",
    "declarations",
    "display",
    "feeding",
    "habilitation",
    "hl7",
    "identity",
    "messages",
    "speaker",
    "traces",
    "visibility",
]
