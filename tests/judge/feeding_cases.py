"""What happens to a report on its way: an identity that changes, two patients at once, a DMP that is away."""

import base64
from typing import Any

import msgspec
from judge_cases import GREEN, OPEN, RED, SEARCH, UNSPOKEN, Case, Tell, act, answered, do, got, holds, nothing, sent
from judge_documents import report
from leaflet_cases import did, finished
from message_cases import given, status
from story import ALL_METADATA, REPORT, SIGNATURE, Story, held

from dmp_imagerie.model.events import DocumentMeasure, InsSeen, World
from dmp_imagerie.model.values import Exam, IdentityStatus
from dmp_imagerie.wire.build.cda import ReportExam
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.xds import submission_body
from dmp_imagerie.wire.build.xds_query import stored_query
from dmp_imagerie.wire.cda_codes import IMAGING_REPORT
from dmp_imagerie.wire.codes import FIND_DOCUMENTS, GET_DOCUMENTS
from dmp_imagerie.wire.metadata import Code, EntryMetadata, SetMetadata
from dmp_imagerie.wire.xades import SIGNATURE_TYPE

AWAY = "SimDmpIndisponible"
OID = "1.2.250.1.213.1.4.10"
SECOND = "1.2.250.1.999.1.1.7898.4.3"
BOTH = {"aliases": ["patiente", "homonyme"]}

DOWNGRADED = did("update_patient")


def exam(alias: str) -> Tell:
    """An exam of this patient is known."""
    study = f"1.2.250.1.999.1.1.7898.2.{len(alias)}"
    known = Exam(
        alias=alias,
        exam_id=f"EX-{alias}",
        patient_id=alias,
        order_number=f"D-{alias}",
        accession_number=f"A-{alias}",
        study_uid=study,
        performed_at="2026-03-10T10:00:00+01:00",
    )
    return lambda story: story.writer.record(World, kind="exam", alias=alias, data=msgspec.to_builtins(known))


def about(alias: str, *, under: str, unique_id: str = REPORT, **fields: Any) -> Tell:
    """The report of an exam, filed under the INS of ``under``."""
    done = ReportExam(
        order_id=("1.2", f"D-{alias}"),
        accession_number=("1.3", f"A-{alias}"),
        study_uid="1.4",
        act=IMAGING_REPORT,
        modality=Code(code="DX"),
        region=Code(code="67734004"),
        started="20260310100000+0100",
        ended="20260310101000+0100",
    )
    text = base64.b64encode(report(exams=(done,))).decode()
    entry = EntryMetadata(entry_id="Document01", unique_id=unique_id, confidentiality=(Code(code="N"),), **ALL_METADATA)
    body = submission_body(SetMetadata(set_id="Lot01"), [entry], (), {"Document01": text})
    envelope = soap_envelope("urn:essai", body, message_id="urn:uuid:1")
    return lambda story: story.submit(alias=under, unique_id=unique_id, body=envelope, **fields)


def in_dmp_of(alias: str, *unique_ids: str) -> Tell:
    """What this patient's DMP holds, with the signature of each submission."""
    seal = held(SIGNATURE) | {"type": SIGNATURE_TYPE.code}
    return lambda story: story.state(*map(held, unique_ids), seal, alias=alias)


def each(first: Tell, second: Tell, *after: Tell) -> Tell:
    """Two exams, two reports sent, then what each DMP holds."""
    return do(exam("patiente"), exam("homonyme"), Story.verb, first, second, Story.quiet, *after)


def two_ins(story: Story) -> None:
    """The set is under one INS, its document under another; the DMP refuses."""
    seen = tuple(
        InsSeen(place=place, value=story.ins(alias), oid=OID)
        for place, alias in (("lot", "homonyme"), ("fiche", "patiente"))
    )
    story.submit(ins=seen, refusal="XDSPatientIdDoesNotMatch")


SEALED = tuple(
    DocumentMeasure(entry=entry, unique_id=unique_id, sha1="", sha256="", size=1)
    for entry, unique_id in (("Document01", REPORT), ("Signature01", SIGNATURE))
)
HERS, THE_OTHER_S = about("patiente", under="patiente"), about("homonyme", under="homonyme", unique_id=SECOND)
IN_EACH = (in_dmp_of("patiente", REPORT), in_dmp_of("homonyme", SECOND))


def search(query_id: str, **parameters: str) -> Tell:
    """A search (TD3.1)."""
    query = stored_query(query_id, {f"$XDSDocumentEntry{name}": (value,) for name, value in parameters.items()})
    return got("TD3.1", body=soap_envelope("urn:essai", query, message_id="urn:uuid:2"))


ITS_OWN = search(GET_DOCUMENTS, UniqueId=REPORT)


def noted(**note: str) -> dict[str, tuple[dict[str, str], ...]]:
    """One thing the patient was told, long ago unless it says otherwise."""
    return {"told": ({"at": "2020-11-20T10:00:00Z", "canal": "mon_espace_sante", "document": ""} | note,)}


CASES = (
    Case("aucun-depot-une-fois-declassee", "rien depuis", GREEN, do(Story.verb, sent(), DOWNGRADED, Story.quiet)),
    Case(
        "aucun-depot-une-fois-declassee",
        "un essai que le DMP, absent, n'a pas pris",
        GREEN,
        do(Story.verb, DOWNGRADED, sent(refusal=AWAY), Story.quiet),
    ),
    Case(
        "aucun-depot-une-fois-declassee",
        "un dépôt depuis",
        RED,
        do(status(IdentityStatus.VALIDATED), Story.verb, DOWNGRADED, sent(), Story.quiet),
        "1 dépôt(s), identité « validée »",
    ),
    Case(
        "aucun-depot-une-fois-declassee",
        "le produit refuse le changement",
        OPEN,
        do(Story.verb, did("update_patient", status="refused"), sent(), Story.quiet),
        "pas enregistré le changement",
    ),
    Case(
        "ins-hors-qualification",
        "partie avant que l'identité soit déclassée",
        GREEN,
        do(sent(), status(IdentityStatus.VALIDATED)),
    ),
    Case(
        "ins-hors-qualification",
        "déclassée, puis qualifiée à nouveau",
        RED,
        do(status(IdentityStatus.VALIDATED), sent(), status(IdentityStatus.QUALIFIED)),
        "validée",
    ),
    Case(
        "ins-hors-qualification",
        "ce que le DMP, absent, n'a pas pris",
        GREEN,
        do(status(IdentityStatus.VALIDATED), got("TD0.2", refusal=AWAY)),
    ),
    Case("chacune-son-compte-rendu", "chacune le sien", GREEN, each(HERS, THE_OTHER_S, *IN_EACH), "1", BOTH),
    Case(
        "chacune-son-compte-rendu",
        "sous l'INS de l'autre",
        RED,
        each(about("patiente", under="homonyme"), THE_OTHER_S, *IN_EACH),
        "VIHF",
        BOTH,
    ),
    Case(
        "chacune-son-compte-rendu",
        "deux dans le même DMP",
        RED,
        each(
            about("inconnu", under="homonyme"),
            THE_OTHER_S,
            in_dmp_of("patiente"),
            in_dmp_of("homonyme", REPORT, SECOND),
        ),
        "patiente : 0, homonyme : 2",
        BOTH,
    ),
    Case("chacune-son-compte-rendu", "deux INS dans un dépôt refusé", RED, two_ins, "lot de soumission", BOTH),
    Case(
        "chacune-son-compte-rendu",
        "l'un n'est jamais parti",
        GREEN,
        each(nothing, THE_OTHER_S, in_dmp_of("patiente"), in_dmp_of("homonyme", SECOND)),
        "patiente : 0, homonyme : 1",
        BOTH,
    ),
    Case(
        "chacune-son-compte-rendu",
        "chacune le sien, et la signature du dépôt",
        GREEN,
        each(about("patiente", under="patiente", documents=SEALED), THE_OTHER_S, *IN_EACH),
        "patiente : 1, homonyme : 1",
        BOTH,
    ),
    Case(
        "chacune-son-compte-rendu",
        "de quel examen, rien ne le dit",
        OPEN,
        each(about("inconnu", under="patiente"), THE_OTHER_S, *IN_EACH),
        "de quel examen",
        BOTH,
    ),
    Case(
        "chacune-son-compte-rendu",
        "un essai refusé, de quel examen rien ne le dit",
        GREEN,
        each(about("inconnu", under="patiente", refusal="X"), THE_OTHER_S, *IN_EACH),
        params=BOTH,
    ),
    Case(
        "chacune-son-compte-rendu",
        "un CDA confié, où nulle INS n'est lue",
        OPEN,
        do(given, each(about("inconnu", under="patiente", places=("vihf", "fiche")), THE_OTHER_S, *IN_EACH)),
        "de quel examen",
        BOTH,
    ),
    Case(
        "chacune-son-compte-rendu",
        "un CDA confié, de la patiente qu'il nomme",
        GREEN,
        do(given, each(about("inconnu", under="patiente"), THE_OTHER_S, *IN_EACH)),
        params=BOTH,
    ),
    Case("chacune-son-compte-rendu", "état d'avant l'envoi", OPEN, each(*IN_EACH, HERS, THE_OTHER_S), "relevé", BOTH),
    Case("chacune-son-compte-rendu", "rien", OPEN, nothing, "aucun dépôt", BOTH),
    Case(
        "choix-dans-le-premier-depot",
        "le mot du DMP, sous un autre système de codes",
        RED,
        sent("N", Code(code="INVISIBLE_PATIENT", scheme="2.16.840.1.113883.5.25")),
        "INVISIBLE_PATIENT (2.16.840.1.113883.5.25)",
        {"codes": ["INVISIBLE_PATIENT"]},
    ),
    Case("consultation-apres-accord", "retrouver ce qu'on vient de déposer", UNSPOKEN, do(sent(), ITS_OWN)),
    Case("consultation-apres-accord", "avant de l'avoir déposé", RED, do(ITS_OWN, sent()), "TD3.1 sans accord"),
    Case("consultation-apres-accord", "un dépôt que le DMP a refusé", RED, do(sent(refusal="X"), ITS_OWN)),
    Case(
        "consultation-apres-accord",
        "le document d'un autre",
        RED,
        do(sent(), search(GET_DOCUMENTS, UniqueId="1.2.3")),
    ),
    Case(
        "consultation-apres-accord",
        "le sien et un autre, désigné autrement",
        RED,
        do(sent(), search(GET_DOCUMENTS, UniqueId=REPORT, EntryUUID="urn:uuid:3")),
    ),
    Case("consultation-apres-accord", "toute la liste", RED, do(sent(), search(FIND_DOCUMENTS, PatientId="1^^^&1.2"))),
    Case("aucune-consultation", "son propre document", GREEN, do(answered("refus"), act, sent(), ITS_OWN)),
    Case("aucune-action-cachee", "un masquage de trop", RED, finished(sent(), got("TD3.3a")), "TD3.3a que personne"),
    Case("aucune-action-cachee", "un effacement de trop", RED, finished(sent(), got("TD3.3c")), "TD3.3c que personne"),
    Case(
        "aucune-action-cachee",
        "un masquage demandé",
        GREEN,
        do(did("set_visibility"), finished(sent(), got("TD3.3a"))),
    ),
    Case("consultation-notifiee", "avertie", GREEN, do(SEARCH, holds(**noted()))),
    Case("consultation-notifiee", "d'un document", RED, do(SEARCH, holds(**noted(document=REPORT))), "aucune"),
    Case("consultation-notifiee", "plus tard", RED, do(SEARCH, holds(**noted(at="9999-01-01T00:00:00Z"))), "aucune"),
    Case("consultation-notifiee", "consultation refusée", OPEN, do(got("TD3.1", refusal="DMPX"), holds(**noted()))),
    Case("consultation-notifiee", "état d'avant", OPEN, do(holds(**noted()), SEARCH), "relevé"),
)
