"""Invariants on what a product sends, whatever the scenario asks of it: they hold on traffic recorded elsewhere too.

Each speaks only of what its rule says, and only when a message shows it: a scene without such a message leaves them
silent (None).
"""

from collections.abc import Iterator

import msgspec

from dmp_imagerie.judge.checks.consultation import DECLARATION
from dmp_imagerie.judge.checks.feeding import SUBMISSION, served_submissions
from dmp_imagerie.judge.finding import Finding, failed, passed
from dmp_imagerie.judge.registry import invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import CONSULTING
from dmp_imagerie.model.events import Exchange, World
from dmp_imagerie.model.values import IdentityStatus, Patient
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.metadata import EntryMetadata

FAULTY_MESSAGE = frozenset(
    {
        *("SimMessageIllisible", "InvalidAddressingHeader", "MustUnderstand", "VersionMismatch"),
        *("XDSRepositoryMetadataError", "XDSRegistryMetadataError", "XDSMissingDocument", "XDSMissingDocumentMetadata"),
        *("XDSNonIdenticalHash", "XDSNonIdenticalSize", "XDSPatientIdDoesNotMatch", "UnresolvedReferenceException"),
    }
)
"""Refusals of a submission that say nothing of the patient or of their DMP: the message itself is wrong. Source: IHE
ITI TF-3 table 4.2.4.1-2; refusals observed on the DMP. A missing WS-Addressing header is not among them: one source
alone says that all four are required."""

UNREADABLE_CDA = frozenset(
    {
        *("encodage", "utf8-double", "xsi-malforme", "type-id", "id-absent", "titre-vide", "set-id-absent"),
        *("version-absente", "corps-absent", "corps-base64", "corps-vide", "corps-non-pdf", "pdf-tronque"),
    }
)
"""Departures that every edition of the CI-SIS's minimal structure refuses, and that a reader would stumble on."""

CDA_MEDIA = frozenset({"text/xml", "application/xslt+xml"})
"""Forms of a document that is a CDA; the second presents itself. Source: DMP interface §4, mimeType."""

_DECLARING = frozenset({"declare_access", "revoke_access", "record_consent"}) | CONSULTING


@invariant("ins-hors-qualification", rule="DMP-INS-02")
def no_ins_below_qualified(scene: Scene) -> Finding | None:
    """Sous le statut qualifié, l'INS ne sort pas du produit, pas même dans une question. Source : REM1 INS/va1.53."""
    expected = "ni matricule INS ni OID tant que l'identité n'est pas qualifiée"
    leaks = [(exchange, status) for exchange in scene.exchanges() if (status := _unqualified(scene, exchange))]
    if leaks:
        names = ", ".join(dict.fromkeys(exchange.transaction or "message illisible" for exchange, _ in leaks))
        hint = "L'INS est-elle gardée, et envoyée, alors que l'identité n'est que provisoire, récupérée ou validée ?"
        told = f"INS envoyée ({names}), identité « {leaks[0][1]} »"
        return failed(expected, told, [exchange for exchange, _ in leaks], hint=hint)
    if all(status is IdentityStatus.QUALIFIED for _, _, status in _identities(scene)):
        return None
    return passed(expected, "rien n'est parti sous une identité non qualifiée")


def _unqualified(scene: Scene, exchange: Exchange) -> IdentityStatus | None:
    """The status, short of qualified, that an identity named in a message had when it came; None when all were.

    A message refused may have been decided before the status changed, and a message is known once it is answered:
    nothing is concluded from one that names an identity first qualified.
    """
    told = list(_identities(scene))
    status = {ins: status for seq, ins, status in told if seq < exchange.seq}
    if exchange.refusal:
        status |= {ins: first for _, ins, first in reversed(told) if first is IdentityStatus.QUALIFIED}
    named = (status.get(seen.value, IdentityStatus.QUALIFIED) for seen in exchange.measures.ins)
    return next((found for found in named if found is not IdentityStatus.QUALIFIED), None)


def _identities(scene: Scene) -> Iterator[tuple[int, str, IdentityStatus]]:
    """When each identity took its status, in order: number of the event, INS, status."""
    for event in scene.of(World):
        if event.kind == "patient":
            patient = msgspec.convert(event.data, Patient)
            if patient.ins is not None:
                yield event.seq, patient.ins.value, patient.identity_status


@invariant("depot-recevable", rule="DMP-ALI-01")
def readable_submission(scene: Scene) -> Finding | None:
    """Aucun dépôt n'est refusé pour une faute du message lui-même. Source : IHE ITI TF-3, tableau 4.2.4.1-2."""
    expected = "des dépôts que le DMP peut lire et enregistrer"
    wrong = [e for e in scene.exchanges(SUBMISSION, served=False) if e.refusal in FAULTY_MESSAGE and not e.relayed]
    if wrong:
        codes = ", ".join(dict.fromkeys(exchange.refusal for exchange in wrong))
        hint = "Le compte rendu n'est pas au DMP : la réponse de l'échange dit ce qui n'a pas été compris."
        return failed(expected, f"dépôt refusé : {codes}", wrong, hint=hint)
    served = [exchange for exchange in served_submissions(scene) if not exchange.relayed]
    return passed(expected, f"{len(served)} dépôt(s)", served) if served else None


@invariant("metadonnees-requises", rule="DMP-ALI-01")
def required_metadata(scene: Scene) -> Finding | None:
    """Chaque compte rendu déposé dit ce que le registre demande. Source : DMP, métadonnées requises de TD2.1."""
    expected = "toutes les métadonnées requises du document"
    judged = []
    for exchange in scene.exchanges(SUBMISSION):
        if exchange.relayed:
            continue  # the platform wrote them
        for entry in scene.entries(exchange):
            missing = [label for label, value in _required(entry) if not value]
            if missing:
                return failed(expected, f"absent ou illisible : {', '.join(missing)}", [exchange])
            judged.append(exchange)
    return passed(expected, f"{len(judged)} document(s)", judged) if judged else None


def _required(entry: EntryMetadata) -> Iterator[tuple[str, object]]:
    """Source: DMP interface §3.3, « Required ». The type has a rule of its own (DMP-ALI-19)."""
    yield "identifiant (uniqueId)", entry.unique_id
    yield "patient (patientId)", entry.patient_id
    yield "patient local (sourcePatientId)", entry.source_patient_id
    yield "auteur (author)", any(author.person for author in entry.authors)
    yield "signataire (legalAuthenticator)", entry.legal_authenticator
    yield "titre (title)", entry.title
    yield "date (creationTime)", entry.creation_time
    yield "début de l'acte (serviceStartTime)", entry.service_start
    yield "langue (languageCode)", entry.language
    yield "forme (mimeType)", entry.mime_type
    yield "classe (classCode)", entry.class_code
    yield "format (formatCode)", entry.format_code
    yield "confidentialité (confidentialityCode)", entry.confidentiality
    yield "lieu (healthcareFacilityTypeCode)", entry.facility_type
    yield "cadre (practiceSettingCode)", entry.practice_setting


@invariant("aucune-autorisation-pour-alimenter", rule="DMP-ALI-12")
def no_declaration_to_feed(scene: Scene) -> Finding | None:
    """Alimenter ne déclare aucune autorisation d'accès (TD0.3). Source : EX_0.3-1010."""
    expected = "aucune déclaration d'autorisation (TD0.3) pour alimenter"
    if not scene.exchanges(DECLARATION, SUBMISSION):
        return None
    acts = scene.verbs("validate_report", "replace_report", "delete_report", "catch_up")
    if not acts or scene.verbs(*_DECLARING):
        return None
    declared = scene.exchanges(DECLARATION)
    if declared:
        return failed(expected, f"{len(declared)} déclaration(s)", declared)
    served = served_submissions(scene)
    return passed(expected, f"{len(served)} dépôt(s), aucune déclaration", served) if served else None


@invariant("type-du-compte-rendu", rule="DMP-ALI-19")
def report_type(scene: Scene) -> Finding | None:
    """Le compte rendu d'imagerie est déposé sous le type LOINC 18748-4. Source : JDV_J66 ; CI-SIS, CR d'imagerie."""
    expected = f"type {IMAGING_REPORT.code} pour un compte rendu d'imagerie"
    if scene.report_was_given:
        return None
    judged = []
    for exchange in scene.exchanges(SUBMISSION):
        for entry in scene.entries(exchange):
            if entry.mime_type not in CDA_MEDIA:
                continue
            found = entry.type_code.code if entry.type_code else ""
            if found != IMAGING_REPORT.code:
                return failed(expected, f"type « {found or 'absent'} »", [exchange])
            judged.append(exchange)
    return passed(expected, f"{len(judged)} compte(s) rendu(s)", judged) if judged else None


@invariant("cda-lisible", rule="DMP-ALI-20")
def readable_cda(scene: Scene) -> Finding | None:
    """Le compte rendu que le produit écrit est un CDA lisible, et son PDF aussi. Source : structuration minimale."""
    expected = "un CDA en UTF-8, identifié, dont le corps est un PDF entier"
    if scene.report_was_given:
        return None
    judged = []
    for exchange in scene.exchanges(SUBMISSION):
        documents, reports = scene.documents(exchange), scene.reports(exchange)
        for entry in scene.entries(exchange):
            cda = reports.get(entry.entry_id)
            if cda is None:
                # What came damaged is not what the product wrote.
                if _is_report(entry) and entry.entry_id in documents and exchange.refusal not in FAULTY_MESSAGE:
                    return failed(expected, "ce qui est déposé comme compte rendu n'est pas un CDA", [exchange])
                continue
            wrong = [found for found in cda.observations if found.code in UNREADABLE_CDA]
            if wrong:
                told = " ; ".join(f"{found.where} : {found.message}" for found in wrong)
                return failed(expected, told, [exchange])
            judged.append(exchange)
    return passed(expected, f"{len(judged)} document(s)", judged) if judged else None


def _is_report(entry: EntryMetadata) -> bool:
    return entry.type_code is not None and entry.type_code.code == IMAGING_REPORT.code
