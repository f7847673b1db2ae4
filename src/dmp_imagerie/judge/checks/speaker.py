"""Invariants on who speaks to the DMP: what every VIHF says, and what it is signed with. Source: DMP interface §2.

A call without any VIHF is red for its content alone (DMP-AUT-14): every call carries one (TD0.1). Who signs it and who
it names (DMP-AUT-07, DMP-AUT-04) are said of a VIHF that is there.
"""

import re
from collections.abc import Iterator

from dmp_imagerie.judge.finding import Finding, failed, passed, unverifiable
from dmp_imagerie.judge.registry import invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import DIRECT, INDIRECT
from dmp_imagerie.model.events import Exchange, World
from dmp_imagerie.wire.read.signature import NO_AUTHORITY
from dmp_imagerie.wire.read.vihf import Vihf

PURPOSES = frozenset({"normal", "bris_de_glace", "centre_15"})

AUTOMATON = "AUTOMATE"
"""Role of a program that nobody is in front of: it speaks under who answers for it, and names itself."""
WITH_SPECIALTY = frozenset({"10", "21"})
"""Professions that have a speciality to say: doctors, pharmacists."""

_NATIONAL = re.compile(r"8[0-9]{11}|0[0-9A-Z]{9}|[13456][0-9A-Z]{9,14}/\S+")
"""PS_IdNat: 8 + RPPS, 0 + ADELI, or a structure's identifier and the person's own within it."""


def _own(scene: Scene) -> Iterator[Exchange]:
    """The calls that the product made itself: what a platform says on its behalf is the platform's."""
    return (exchange for exchange in scene.exchanges() if not exchange.relayed)


def _spoken(scene: Scene) -> Iterator[tuple[Exchange, Vihf]]:
    for exchange in _own(scene):
        vihf = scene.vihf(exchange)
        if vihf is not None:
            yield exchange, vihf


@invariant("vihf-complet", rule="DMP-AUT-14")
def complete_vihf(scene: Scene) -> Finding | None:
    """Chaque appel porte un VIHF qui dit tout ce que le DMP attend de lui. Source : TD0.1, table du VIHF."""
    expected = "un VIHF complet à chaque appel"
    judged = []
    for exchange in _own(scene):
        if exchange.transaction.startswith("TD") and exchange.measures.vihf is None:
            return failed(expected, f"{exchange.transaction} sans VIHF lisible", [exchange])
    for exchange, vihf in _spoken(scene):
        if missing := tuple(_missing(vihf)):
            return failed(expected, f"absent ou illisible : {', '.join(missing)}", [exchange])
        judged.append(exchange)
    return passed(expected, f"{len(judged)} appel(s)", judged) if judged else None


def _missing(vihf: Vihf) -> Iterator[str]:
    """What a VIHF should say and does not, in the order of the attributes."""
    told = {
        "identifiant du professionnel (NameID)": vihf.name_id,
        "profession (role)": vihf.roles,
        "spécialité (role)": len(vihf.roles) != 1 or vihf.roles[0].code not in WITH_SPECIALTY,
        "secteur (Secteur_Activite)": vihf.sector.partition("^")[0],
        "structure (Identifiant_Structure)": vihf.structure_id,
        "version (VIHF_Version)": vihf.version,
        "ressource (Ressource_URN)": vihf.resource_urn,
        "mode d'accès (PurposeOfUse)": vihf.purpose in PURPOSES,
        "nom du logiciel (LPS_Nom)": vihf.software.name,
        "homologation (LPS_ID_HOMOLOGATION_DMP)": vihf.software.homologation,
        # The direct mode may leave the name out: the card says it.
        "nom du professionnel (subject-id)": vihf.subject_id or vihf.mode == DIRECT,
    }
    return (name for name, value in told.items() if not value)


@invariant("utilisateur-reel", rule="DMP-AUT-04")
def real_user(scene: Scene) -> Finding | None:
    """Celui qui consulte est nommé par son identifiant national, et le nom est le sien. Source : REM va2, VIHF."""
    expected = "l'identifiant national et le nom de l'utilisateur"
    users = {event.data["ps_id"]: event.data["family_name"] for event in scene.of(World) if event.kind == "user"}
    judged = []
    for exchange, vihf in _spoken(scene):
        family_name = users.get(vihf.name_id, "")
        automatic = vihf.mode == INDIRECT and AUTOMATON in {role.code for role in vihf.roles}
        if vihf.subject_id and not automatic and family_name.upper() not in vihf.subject_id.upper():
            return failed(expected, f"subject-id ne nomme pas {vihf.name_id}", [exchange])
        if vihf.mode == INDIRECT:
            continue  # the structure may speak for itself
        if not _NATIONAL.fullmatch(vihf.name_id):
            return failed(expected, f"NameID « {vihf.name_id} »", [exchange])
        judged.append(exchange)
    return passed(expected, f"{len(judged)} appel(s)", judged) if judged else None


@invariant("vihf-bien-signe", rule="DMP-AUT-07")
def well_signed(scene: Scene) -> Finding | None:
    """Un VIHF est signé, avec un certificat de signature, valide. Source : EX_GEN-1450, EX_AIR-080."""
    expected = "une signature valide, par un certificat de signature"
    judged, unknown = [], []
    for exchange in _own(scene):
        vihf = exchange.measures.vihf
        # Real servers were seen to take an unsigned VIHF in direct mode: nothing is concluded from it.
        if vihf is None or (vihf.signature == "absente" and vihf.mode == DIRECT):
            continue
        if vihf.signature_reason == NO_AUTHORITY:
            unknown.append(exchange)
            continue
        if vihf.signature != "valide":
            return failed(expected, f"signature {vihf.signature} : {vihf.signature_reason or 'sans motif'}", [exchange])
        if vihf.purpose != "signature":
            return failed(expected, f"certificat d'usage « {vihf.purpose} »", [exchange])
        judged.append(exchange)
    if judged:
        return passed(expected, f"{len(judged)} appel(s)", judged)
    return unverifiable(expected, "signature entière, signataire inconnu", "autorité") if unknown else None
