"""Building of identity messages: ADT^A28 (new), A31 (changed), A04 (outpatient arrives), with ZFA.

Promises whoever plays an identity desk what the French extension of PAM asks of them.
Source: IHE PAM, French national extension 2.11 (PID, ZBE, ZFA §6.14); CI-SIS annex « Prise en charge de l'INS ».
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from dmp_imagerie.model.values import Agreement, IdentityStatus, Ins, Patient
from dmp_imagerie.wire.build.hl7v2 import authority, composite, escape, message, raw_composite, segment
from dmp_imagerie.wire.hl7v2 import (
    PAM_PROFILE,
    PROVISIONAL,
    VALIDATED,
    DmpChoices,
    Envelope,
    Identity,
    PatientId,
    Visit,
)

Event = Literal["A28", "A31", "A04"]

STRUCTURES: Mapping[Event, str] = MappingProxyType({"A28": "ADT_A05", "A31": "ADT_A05", "A04": "ADT_A01"})
VERSION = "2.5^FRA^2.11"
CONSULTATION: Mapping[Agreement, str] = MappingProxyType(
    {Agreement.GIVEN: "IC", Agreement.REFUSED: "INC", Agreement.NOT_COLLECTED: "NA"}
)
"""ZFA-11 for each answer of the patient."""

_RELIABILITY: Mapping[IdentityStatus, str] = MappingProxyType(
    {
        IdentityStatus.PROVISIONAL: PROVISIONAL,
        IdentityStatus.RETRIEVED: PROVISIONAL,
        IdentityStatus.VALIDATED: VALIDATED,
        IdentityStatus.QUALIFIED: VALIDATED,
    }
)
_WITH_INS = frozenset({IdentityStatus.RETRIEVED, IdentityStatus.QUALIFIED})
_NIA = "1.2.250.1.213.1.4.9"


def adt(
    event: Event,
    envelope: Envelope,
    identity: Identity,
    *,
    at: str,
    visit: Visit | None = None,
    choices: DmpChoices | None = None,
) -> bytes:
    """An ADT. ``at`` is the HL7 time of the event (EVN-2, EVN-6); A04 is the one that has a visit and a movement."""
    here = visit or Visit()
    segments = [segment("EVN", {2: escape(at), 6: escape(at)}), pid(identity), pv1(here)]
    if event == "A04":
        segments.append(segment("ZBE", {1: escape(here.number), 2: escape(at), 4: "INSERT", 5: "N", 9: "HMS"}))
    if choices:
        segments.append(_zfa(choices))
    return message(envelope, f"ADT^{event}^{STRUCTURES[event]}", VERSION, PAM_PROFILE, *segments)


def identity_of(patient: Patient, local_oid: str, local_namespace: str = "") -> Identity:
    """The identity of ``patient`` as its status lets it be said.

    PID-32 is VALI from the status « validée » on; the INS is there when it was retrieved from INSi (« récupérée »,
    « qualifiée »), and a receiver takes it over with VALI only. ``local_oid`` is the authority of local identifiers.
    """
    shown = patient.ins if patient.identity_status in _WITH_INS else None
    return identity_with(patient, shown, local_oid, local_namespace)


def identity_with(patient: Patient, ins: Ins | None, local_oid: str, local_namespace: str = "") -> Identity:
    """The identity of ``patient`` under this INS, whatever its status: what a product decided to say."""
    local = PatientId(value=patient.local_id, kind="PI", oid=local_oid, namespace=local_namespace)
    return Identity(
        ids=(*([ins_id(ins)] if ins else []), local),
        family_name=patient.family_name,
        given_names=patient.given_names,
        birth_date=patient.birth_date.replace("-", ""),
        sex=patient.sex,
        birth_place=patient.birth_place,
        reliability=_RELIABILITY[patient.identity_status],
    )


def ins_id(ins: Ins) -> PatientId:
    """An INS as PID-3 writes it."""
    name = "ASIP-SANTE-INS-NIA" if ins.oid == _NIA else "ASIP-SANTE-INS-NIR"
    return PatientId(value=ins.value, kind="INS", oid=ins.oid, namespace=name)


def pid(identity: Identity) -> str:
    """The PID segment. PID-5.2 is the first given name, PID-5.3 all of them; the birth place is an address (BDL)."""
    first = identity.given_names[0] if identity.given_names else ""
    return segment(
        "PID",
        {
            1: "1",
            3: "~".join(map(_cx, identity.ids)),
            5: composite(identity.family_name, first, " ".join(identity.given_names), "", "", "", "L"),
            7: escape(identity.birth_date),
            8: escape(identity.sex),
            11: composite("", "", "", "", "", "", "BDL", "", identity.birth_place) if identity.birth_place else "",
            18: _cx(PatientId(value=identity.account, kind="AN")) if identity.account else "",
            32: escape(identity.reliability),
        },
    )


def pv1(visit: Visit) -> str:
    """The PV1 segment."""
    number = _cx(PatientId(value=visit.number, kind="VN")) if visit.number else ""
    return segment("PV1", {1: "1", 2: escape(visit.patient_class), 19: number})


def _cx(one: PatientId) -> str:
    return raw_composite(escape(one.value), "", "", authority(one.namespace, one.oid), escape(one.kind))


def _zfa(choices: DmpChoices) -> str:
    return segment(
        "ZFA",
        {
            1: escape(choices.status),
            2: escape(choices.status_at),
            9: escape(choices.feeding),
            10: escape(choices.feeding_at),
            11: escape(choices.consultation),
            12: escape(choices.consultation_at),
        },
    )
