"""Defects that real products have, as data: each replaces entries of the reference connector's table of decisions, or
rewrites what it sends.

Promises the self-test one product per defect, honest in everything else, so that each rule is shown to catch what it
forbids.
"""

from collections.abc import Mapping

from dmp_imagerie.connectors.faults import (
    access,
    consent_traces,
    consultation,
    display,
    habilitation,
    hl7,
    identity,
    protocol,
    traces,
    visibility,
)
from dmp_imagerie.connectors.faults.fault import OTHER_INS, Family, Fault

__all__ = ["FAULTS", "OTHER_INS", "Family", "Fault"]

CHAPTERS = (
    identity,
    display,
    visibility,
    consultation,
    consent_traces,
    habilitation,
    access,
    traces,
    protocol,
    hl7,
)

FAULTS: Mapping[str, Fault] = {fault.name: fault for chapter in CHAPTERS for fault in chapter.FAULTS}
