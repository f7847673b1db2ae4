"""The invariants on messages and on who speaks, as scenes they must find red, green, or say nothing of."""

import base64
from typing import Any

import msgspec
from judge_cases import GREEN, RED, UNSPOKEN, Case, Tell, declared, do, got, nothing, sent
from judge_documents import report
from story import ALL_METADATA, CENTRE, RADIOLOGIST_ID, Story

from dmp_imagerie.model.events import VihfMeasure, World
from dmp_imagerie.model.values import IdentityStatus, Report
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.wire.build.habilitation import set_authorization
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent, build_vihf
from dmp_imagerie.wire.build.xds import submission_body
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.read.signature import NO_AUTHORITY
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

UNVERIFIABLE = Outcome.NON_VERIFIABLE
DOCTOR, SPECIALTY, RADIOGRAPHER, AUTOMATON = (
    VihfCode(code=code, code_system=system, display_name="")
    for code, system in (
        ("10", "1.2.250.1.71.1.2.7"),
        ("SM44", "1.2.250.1.71.4.2.5"),
        ("98", "1.2.250.1.71.1.2.7"),
        ("AUTOMATE", "1.2.250.1.213.1.1.4.6"),
    )
)


def carrying(
    document: bytes | str = "YWJj",
    *,
    type_code: str = IMAGING_REPORT.code,
    document_id: str = "Document01",
    refusal: str = "",
    **entry: Any,
) -> Tell:
    """A submission of this document, under this type."""
    known: dict[str, Any] = {"type_code": Code(code=type_code) if type_code else None}
    fields = EntryMetadata(
        entry_id="Document01",
        unique_id="1.2.3",
        **({"confidentiality": (Code(code="N"),)} | ALL_METADATA | known | entry),
    )
    text = document if isinstance(document, str) else base64.b64encode(document).decode()
    body = submission_body(SetMetadata(set_id="Lot01"), [fields], (), {document_id: text})
    envelope = soap_envelope("urn:essai", body, message_id="urn:uuid:1")
    return lambda story: story.submit(body=envelope, refusal=refusal)


def status(value: IdentityStatus) -> Tell:
    """The identity of the patient is at this status."""

    def tell(story: Story) -> None:
        patient = msgspec.structs.replace(story._patients["patiente"], identity_status=value)
        story.writer.record(World, kind="patient", alias="patiente", data=msgspec.to_builtins(patient))

    return tell


def _known(media_type: str) -> Tell:
    told = Report(report_id="R", exam_id="E", title="T", media_type=media_type)
    return lambda story: story.writer.record(World, kind="report", alias="patiente", data=msgspec.to_builtins(told))


given = _known("text/xml")
"""The report came to the product as a finished CDA."""
written = _known("text/plain")
"""The product writes the report itself."""


def spoken(transaction: str = "TD3.1", **changes: Any) -> Tell:
    """A call with this VIHF; ``changes`` are fields of VihfContent."""
    values: dict[str, Any] = {
        "assertion_id": "_1",
        "issuer": "CN=essai",
        "issue_instant": "2026-03-10T10:00:00.000Z",
        "name_id": RADIOLOGIST_ID,
        "subject_id": "Max LIBRE",
        "authn_context": "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        "mode": "INDIRECTE_RENFORCEE",
        "structure_id": CENTRE.structure_id,
        "sector": "SA07^1.2.250.1.71.4.2.4",
        "roles": (DOCTOR, SPECIALTY),
        "software_name": "RIS",
        "software_version": "1",
        "software_homologation": "HOMOLOGATION-DE-TEST",
    }
    vihf = build_vihf(VihfContent(**(values | changes)))
    body = soap_envelope("urn:essai", set_authorization("AJOUT"), message_id="urn:uuid:1", security=vihf)
    return lambda story: story.exchange(transaction, body=body)


def automatic(mode: str) -> Tell:
    """A call that a program makes by itself, under the radiologist's identifier."""
    return spoken(mode=mode, roles=(AUTOMATON,), subject_id="RIS D'ESSAI/1.0")


def signed(
    signature: str,
    purpose: str = "signature",
    mode: str = "INDIRECTE",
    reason: str = "",
    transaction: str = "TD2.1",
) -> Tell:
    """A call whose VIHF was measured so."""
    measure = VihfMeasure(
        name_id=RADIOLOGIST_ID,
        mode=mode,
        structure_id=CENTRE.structure_id,
        signature=signature,
        signature_reason=reason,
        purpose=purpose,
    )
    return got(transaction, vihf=measure)


def validated(*steps: Tell) -> Tell:
    """The report was validated, and these things followed."""
    return do(Story.verb, *steps)


def without_ins(story: Story) -> None:
    """A patient who has no INS arrives."""
    known = msgspec.structs.replace(
        story._patients["homonyme"], ins=None, identity_status=IdentityStatus.PROVISIONAL, alias="inconnue"
    )
    story.writer.record(World, kind="patient", alias="inconnue", data=msgspec.to_builtins(known))


IN_UTF_16 = report().decode().replace("UTF-8", "UTF-16", 1).encode("utf-16")

CASES = (
    Case("ins-hors-qualification", "une patiente sans INS ne laisse rien sortir", UNSPOKEN, do(without_ins, sent())),
    Case("ins-hors-qualification", "identité qualifiée", UNSPOKEN, sent()),
    Case("ins-hors-qualification", "rien n'est parti", GREEN, status(IdentityStatus.VALIDATED), "rien"),
    Case(
        "ins-hors-qualification",
        "une question suffit",
        RED,
        do(status(IdentityStatus.VALIDATED), got("TD0.2")),
        "TD0.2",
    ),
    Case("ins-hors-qualification", "dépôt", RED, do(status(IdentityStatus.PROVISIONAL), sent()), "provisoire"),
    Case("depot-recevable", "rien n'est parti", UNSPOKEN, nothing),
    Case("depot-recevable", "servi", GREEN, sent()),
    Case("depot-recevable", "empreinte fausse", RED, sent(refusal="XDSNonIdenticalHash"), "XDSNonIdenticalHash"),
    Case("depot-recevable", "illisible", RED, sent(refusal="SimMessageIllisible")),
    Case("depot-recevable", "DMP fermé : le message n'y est pour rien", UNSPOKEN, sent(refusal="XDSRegistryError")),
    Case("metadonnees-requises", "rien n'est parti", UNSPOKEN, nothing),
    Case("metadonnees-requises", "toutes", GREEN, carrying()),
    Case("metadonnees-requises", "sans format", RED, carrying(format_code=None), "format"),
    Case("metadonnees-requises", "sans auteur", RED, carrying(authors=()), "auteur"),
    Case("metadonnees-requises", "signature du lot", UNSPOKEN, carrying(class_code=SIGNATURE_CLASS)),
    Case("aucune-autorisation-pour-alimenter", "rien n'est demandé", UNSPOKEN, declared()),
    Case("aucune-autorisation-pour-alimenter", "dépôt seul", GREEN, validated(sent())),
    Case("aucune-autorisation-pour-alimenter", "déclarée pour déposer", RED, validated(declared(), sent())),
    Case(
        "aucune-autorisation-pour-alimenter",
        "la consultation la demande",
        UNSPOKEN,
        validated(sent(), lambda story: story.verb("open_dmp"), declared()),
    ),
    Case("type-du-compte-rendu", "rien n'est parti", UNSPOKEN, nothing),
    Case("type-du-compte-rendu", "compte rendu d'imagerie", GREEN, carrying()),
    Case("type-du-compte-rendu", "autre type", RED, carrying(type_code="11502-2"), "11502-2"),
    Case("type-du-compte-rendu", "sans type", RED, carrying(type_code=""), "absent"),
    Case(
        "type-du-compte-rendu",
        "autre type, d'un CDA qui se présente lui-même",
        RED,
        carrying(type_code="11502-2", mime_type="application/xslt+xml"),
    ),
    Case("type-du-compte-rendu", "image clé", UNSPOKEN, carrying(type_code="IMG-KOS", mime_type="application/dicom")),
    Case("type-du-compte-rendu", "signature du lot", UNSPOKEN, carrying(type_code="E1762", class_code=SIGNATURE_CLASS)),
    Case("type-du-compte-rendu", "document confié", UNSPOKEN, do(given, carrying(type_code="11502-2"))),
    Case("cda-lisible", "pas un CDA", RED, carrying(), "n'est pas un CDA"),
    Case("cda-lisible", "un XML qui n'en est pas un", RED, carrying(b"<ClinicalDocument/>"), "n'est pas un CDA"),
    Case("cda-lisible", "en UTF-16", RED, carrying(IN_UTF_16), "UTF-8"),
    Case("cda-lisible", "image clé", UNSPOKEN, carrying(type_code="IMG-KOS", mime_type="application/dicom")),
    Case("cda-lisible", "pas un CDA, arrivé abîmé", UNSPOKEN, carrying(refusal="XDSNonIdenticalHash")),
    Case("cda-lisible", "pas un CDA, DMP fermé", RED, carrying(refusal="XDSRegistryError"), "n'est pas un CDA"),
    Case("cda-lisible", "sans document", UNSPOKEN, carrying(document_id="Document02")),
    Case("cda-lisible", "signature du lot", UNSPOKEN, carrying(class_code=SIGNATURE_CLASS)),
    Case("cda-lisible", "entier", GREEN, carrying(report())),
    Case("cda-lisible", "sans titre", RED, carrying(report(title="")), "titre"),
    Case("cda-lisible", "PDF coupé", RED, carrying(report(pdf=b"%PDF-1.4 coup")), "PDF"),
    Case("cda-lisible", "encodé deux fois", RED, carrying(report().replace("Éloïse".encode(), b"\xc3\x83\xc2\xa9lo"))),
    Case("cda-lisible", "écrit par le produit", RED, do(written, carrying(report(title=""))), "titre"),
    Case("cda-lisible", "document confié", UNSPOKEN, do(given, carrying(report(title="")))),
    Case("vihf-complet", "rien n'est parti", UNSPOKEN, nothing),
    Case("vihf-complet", "aucun VIHF", RED, sent(vihf=None), "sans VIHF"),
    Case("vihf-complet", "aucun VIHF, par la plateforme", UNSPOKEN, sent(vihf=None, relayed="1")),
    Case("vihf-complet", "médecin sans spécialité", RED, spoken(roles=(DOCTOR,)), "spécialité"),
    Case("vihf-complet", "manipulateur : aucune spécialité à dire", GREEN, spoken(roles=(RADIOGRAPHER,))),
    Case("vihf-complet", "tout y est", GREEN, spoken()),
    Case("vihf-complet", "sans structure", RED, spoken(structure_id=""), "structure"),
    Case("vihf-complet", "sans homologation", RED, spoken(software_homologation=""), "homologation"),
    Case("vihf-complet", "sans profession", RED, spoken(roles=()), "profession"),
    Case("vihf-complet", "sans nom", RED, spoken(subject_id=None), "subject-id"),
    Case("vihf-complet", "sans nom, par la carte", GREEN, spoken(subject_id=None, mode="DIRECTE")),
    Case("utilisateur-reel", "identifiant national", GREEN, spoken()),
    Case("utilisateur-reel", "nom de compte", RED, spoken(name_id="ACCUEIL"), "ACCUEIL"),
    Case("utilisateur-reel", "nom de quelqu'un d'autre", RED, spoken(subject_id="Anne PATIENTE"), "subject-id"),
    Case("utilisateur-reel", "automate, au nom de qui en répond", UNSPOKEN, automatic("INDIRECTE")),
    Case("utilisateur-reel", "automate qui consulte", RED, automatic("INDIRECTE_RENFORCEE"), "subject-id"),
    Case("utilisateur-reel", "inconnu du scénario", GREEN, spoken(name_id="899900000001", subject_id="Anne AUTRE")),
    Case("utilisateur-reel", "la structure pour elle-même", UNSPOKEN, spoken(name_id="ACCUEIL", mode="INDIRECTE")),
    Case("vihf-complet", "un message à la plateforme", UNSPOKEN, got("HL7", vihf=None)),
    Case("vihf-bien-signe", "une opération inconnue, mal signée", RED, signed("invalide", reason="x", transaction="")),
    Case("vihf-bien-signe", "valide", GREEN, signed("valide")),
    Case("vihf-bien-signe", "cassée", RED, signed("invalide", reason="empreinte"), "empreinte"),
    Case("vihf-bien-signe", "absente", RED, signed("absente"), "absente"),
    Case("vihf-bien-signe", "sans autorité", UNVERIFIABLE, signed("invalide", reason=NO_AUTHORITY), "inconnu"),
    Case("vihf-bien-signe", "absente, par la carte", UNSPOKEN, signed("absente", mode="DIRECTE")),
    Case("vihf-bien-signe", "certificat d'authentification", RED, signed("valide", "authentification"), "usage"),
)
