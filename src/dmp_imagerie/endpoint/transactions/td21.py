"""TD2.1: documents are submitted, new or in place of others.

Promises the judge that what arrived was measured on the very bytes, and connectors the registry's own refusals.
Source: IHE ITI TF-2 §3.41, TF-3 §4.2.4 (errors); DMP interface, TD2.1; survey of real connectors §4.4 (refusals).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import uuid4

import msgspec
from lxml import etree

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import RegistryRefusal, registry_refusal
from dmp_imagerie.endpoint.store import Document, Record, Store
from dmp_imagerie.endpoint.transactions.base import Answer, Call, Seen, Transaction, require_same_authority
from dmp_imagerie.endpoint.transactions.rights import INDIRECT
from dmp_imagerie.model.events import DocumentMeasure, InsSeen, SealMeasure
from dmp_imagerie.model.values import DmpState
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds import registry_response
from dmp_imagerie.wire.cda_codes import INS_OIDS
from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.metadata import Association, EntryMetadata, RegistryError, SetMetadata
from dmp_imagerie.wire.namespaces import XDSB, q
from dmp_imagerie.wire.read.cda import Cda, read_cda
from dmp_imagerie.wire.read.pdf import pdf_markers
from dmp_imagerie.wire.read.signature import TrustStore
from dmp_imagerie.wire.read.soap import SoapMessage, resolve_binary, unreferenced_attachments
from dmp_imagerie.wire.read.xades import measure_submission_signature
from dmp_imagerie.wire.read.xds import Submission, cx, document_elements, read_submission
from dmp_imagerie.wire.xades import SIGNATURE_CLASS

_REPLACEMENTS = frozenset({codes.RPLC, codes.RPLC_2010})
_LINE_ENDS = (b"\n", b"\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A submission and its documents, by Document/@id: bytes, those that are CDA, why the bytes of others miss."""

    submission: Submission
    documents: Mapping[str, bytes]
    reports: Mapping[str, Cda]
    unresolved: Mapping[str, str]
    alerts: tuple[str, ...]


class ProvideAndRegister(Transaction[Received]):
    """All or nothing: one wrong document refuses the whole set."""

    name = "TD2.1"
    element = q(XDSB, "ProvideAndRegisterDocumentSetRequest")

    def read(self, message: SoapMessage) -> Received:
        documents: dict[str, bytes] = {}
        unresolved: dict[str, str] = {}
        for identifier, element in document_elements(message.body).items():
            try:
                documents[identifier] = resolve_binary(element, message)
            except WireError as error:
                unresolved[identifier] = str(error)
        stray = tuple(f"Pièce jointe <{cid}> que rien ne désigne" for cid in unreferenced_attachments(message))
        submission = read_submission(message.body)
        return Received(
            submission=submission,
            documents=documents,
            reports={name: cda for name, data in documents.items() if (cda := _as_cda(data)) is not None},
            unresolved=unresolved,
            alerts=(*submission.warnings, *stray),
        )

    def measure(self, content: Received, trust: TrustStore) -> Seen:
        entries = {entry.entry_id: entry for entry in content.submission.entries}
        measures = tuple(
            _measured(data, entries.get(name) or EntryMetadata(entry_id=name), content.reports.get(name))
            for name, data in content.documents.items()
        )
        seal = _seal(content, trust)
        unsealed = () if seal.status == "valide" else (f"signature-du-lot : {seal.status}, {seal.reason}",)
        return Seen(ins=tuple(_patients(content)), documents=measures, seal=seal, alerts=(*content.alerts, *unsealed))

    def serve(self, content: Received, call: Call, store: Store) -> Answer:
        submission = content.submission
        if submission.set is None or not submission.entries:
            raise registry_refusal("XDSRepositoryMetadataError", "Lot de soumission absent ou sans document")
        for identifier in (submission.set.patient_id, *(entry.patient_id for entry in submission.entries)):
            call.require_patient(*cx(identifier))
        record = _open_record(call, store)
        _require_documents(content)
        _require_new(submission, store)
        _require_integrity(content)
        replaced = _replaced(submission, record)
        documents, links = _registered(content, submission.set, call)
        for document in documents:
            record.add(document)
            call.log(record, "dépôt de document", document.entry.unique_id)
        record.associations += links
        for old in replaced:
            record.set_status(old, codes.DEPRECATED)
        return Answer(body=registry_response("Success"), alerts=tuple(_foreign((*documents, *replaced), call)))

    def failure(self, errors: tuple[RegistryError, ...]) -> etree._Element:
        return registry_response("Failure", errors)


def _seal(content: Received, trust: TrustStore) -> SealMeasure:
    """What the signature of the set is worth: it covers the other documents. Source: DMP interface §4."""
    submission = content.submission
    signatures = {e.entry_id for e in submission.entries if e.class_code and e.class_code.code == SIGNATURE_CLASS.code}
    data = next((content.documents[name] for name in signatures if name in content.documents), None)
    others = {
        entry.unique_id: content.documents[entry.entry_id]
        for entry in submission.entries
        if entry.entry_id not in signatures and entry.entry_id in content.documents
    }
    found = measure_submission_signature(data, others, submission.set.unique_id if submission.set else "", trust)
    return SealMeasure(
        status=found.status,
        reason=found.reason,
        signer=found.signer,
        purpose=found.purpose,
        algorithm=found.algorithm,
    )


def _patients(content: Received) -> Iterator[InsSeen]:
    """Every INS the submission names: the set's, each entry's, each CDA's."""
    submission = content.submission
    if submission.set is not None:
        value, oid = cx(submission.set.patient_id)
        yield InsSeen(place="lot", value=value, oid=oid)
    for entry in submission.entries:
        value, oid = cx(entry.patient_id)
        yield InsSeen(place="fiche", value=value, oid=oid, entry=entry.entry_id)
        for value, oid in map(cx, _source_identifiers(entry)):
            if oid in INS_OIDS:
                yield InsSeen(place="fiche", value=value, oid=oid, entry=entry.entry_id)
    for name, cda in content.reports.items():
        if cda.ins is not None:
            yield InsSeen(place="cda", value=cda.ins, oid=cda.ins_oid or "", entry=name)


def _source_identifiers(entry: EntryMetadata) -> Iterator[str]:
    """The patient's identifiers as the product knows them (CX): the local one, and those beside the traits (PID-3)."""
    yield entry.source_patient_id
    for line in entry.source_patient_info:
        if line.startswith("PID-3|"):
            yield from line.removeprefix("PID-3|").split("~")


def _measured(data: bytes, declared: EntryMetadata, cda: Cda | None) -> DocumentMeasure:
    markers = pdf_markers(data if cda is None or cda.body is None else cda.body)
    return DocumentMeasure(
        entry=declared.entry_id,
        unique_id=declared.unique_id,
        sha1=_sha1(data),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        declared_hash=declared.hash,
        declared_size="" if declared.size is None else str(declared.size),
        media_type=declared.mime_type,
        pdfa=markers.pdfa or "",
    )


def _as_cda(data: bytes) -> Cda | None:
    if b"ClinicalDocument" not in data:
        return None
    try:
        return read_cda(data)
    except WireError:
        return None


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _open_record(call: Call, store: Store) -> Record:
    """The open DMP of the patient. The code for a closed DMP was not found: the registry's general error is used."""
    record = store.find(call.ins)
    if record is None:
        raise registry_refusal(refusals.UNKNOWN_PATIENT, "Aucun DMP pour ce patient")
    require_same_authority(record, call)
    if record.state is not DmpState.OPEN:
        raise registry_refusal("XDSRegistryError", "Le DMP de ce patient est fermé")
    if record.refuses:
        raise registry_refusal("XDSRepositoryError", "Le DMP ne prend pas ce document")
    return record


def _require_documents(content: Received) -> None:
    entries = [entry.entry_id for entry in content.submission.entries]
    errors = [
        RegistryError(
            code="XDSMissingDocument",
            context=content.unresolved.get(name, "La fiche n'a pas de document : aucun Document ne porte son id"),
            location=name,
        )
        for name in entries
        if name not in content.documents
    ]
    errors += [
        RegistryError(code="XDSMissingDocumentMetadata", context="Document sans fiche", location=name)
        for name in content.submission.document_ids
        if name not in entries
    ]
    if errors:
        raise RegistryRefusal(errors)


def _require_new(submission: Submission, store: Store) -> None:
    seen: set[str] = set()
    for entry in submission.entries:
        if not entry.unique_id:
            raise registry_refusal("XDSRepositoryMetadataError", "Fiche sans uniqueId", entry.entry_id)
        if entry.unique_id in seen or store.holds(entry.unique_id):
            raise registry_refusal(
                "XDSDuplicateUniqueIdInRegistry", f"L'uniqueId {entry.unique_id} est déjà pris", entry.entry_id
            )
        seen.add(entry.unique_id)


def _require_integrity(content: Received) -> None:
    """Declared hash and size, where given, are those of the bytes received. Source: IHE ITI TF-3 §4.2.3.2.8, .22."""
    errors: list[RegistryError] = []
    for entry in content.submission.entries:
        data = content.documents[entry.entry_id]
        if entry.hash and entry.hash.lower() != _sha1(data):
            context = _hash_difference(entry.hash.lower(), data)
            errors.append(RegistryError(code="XDSNonIdenticalHash", context=context, location=entry.entry_id))
        if entry.size is not None and entry.size != len(data):
            context = f"Taille déclarée {entry.size}, {len(data)} octets reçus"
            errors.append(RegistryError(code="XDSNonIdenticalSize", context=context, location=entry.entry_id))
    if errors:
        raise RegistryRefusal(errors)


def _hash_difference(declared: str, data: bytes) -> str:
    """Why a declared hash is wrong: the usual mistakes are named."""
    if declared == hashlib.sha256(data).hexdigest():
        return "Le hash déclaré est un SHA-256 : SHA-1 attendu"
    if any(declared == _sha1(data + end) for end in _LINE_ENDS):
        return "Le hash déclaré est celui du contenu suivi d'une fin de ligne qui n'a pas été transmise"
    if any(data.endswith(end) and declared == _sha1(data.removesuffix(end)) for end in _LINE_ENDS):
        return "Le hash déclaré est celui du contenu sans la fin de ligne qui a été transmise avec lui"
    return "Le hash déclaré n'est pas le SHA-1 du document reçu"


def _replaced(submission: Submission, record: Record) -> list[Document]:
    """Documents replaced. The target of RPLC is an entryUUID of this DMP."""
    found: list[Document] = []
    for association in submission.associations:
        if association.type not in _REPLACEMENTS:
            continue
        target = record.by_entry_id(association.target)
        if target is None:
            raise registry_refusal(
                "XDSReplaceFailed",
                "Document à remplacer inconnu : la cible de RPLC est l'entryUUID rendu par TD3.1",
                association.target,
            )
        if target.entry.status != codes.APPROVED:
            raise registry_refusal(
                "XDSRegistryDeprecatedDocumentError",
                "Document à remplacer déjà obsolète, archivé ou supprimé",
                association.target,
            )
        found.append(target)
    return found


def _registered(content: Received, submission_set: SetMetadata, call: Call) -> tuple[list[Document], list[Association]]:
    """Documents and links as the registry keeps them: under UUIDs of its own. A new document has a new ``lid``."""
    entries = content.submission.entries
    uuids = {name: f"urn:uuid:{uuid4()}" for name in (submission_set.set_id, *(entry.entry_id for entry in entries))}
    filed_set = msgspec.structs.replace(submission_set, set_id=uuids[submission_set.set_id], status=codes.APPROVED)
    documents = [
        Document(
            entry=_registered_entry(entry, uuids[entry.entry_id], content.documents[entry.entry_id]),
            content=content.documents[entry.entry_id],
            submitted_at=call.at,
            submission=filed_set,
        )
        for entry in entries
    ]
    links = [
        msgspec.structs.replace(
            link,
            association_id=f"urn:uuid:{uuid4()}",
            source=uuids.get(link.source, link.source),
            target=uuids.get(link.target, link.target),
        )
        for link in content.submission.associations
    ]
    return documents, links


def _registered_entry(entry: EntryMetadata, entry_uuid: str, data: bytes) -> EntryMetadata:
    return msgspec.structs.replace(
        entry,
        entry_id=entry_uuid,
        logical_id=entry_uuid,
        status=codes.APPROVED,
        version="1",
        repository_id=codes.REPOSITORY_ID,
        hash=_sha1(data),
        size=len(data),
    )


def _foreign(documents: Iterable[Document], call: Call) -> Iterator[str]:
    """Documents submitted or replaced by someone who is not their author, which the DMP refuses (EX_2.1-1140).

    It is only noted here: a CDA that the product carries as it is keeps its own authors.
    """
    vihf = call.vihf
    for document in documents:
        if vihf.mode == INDIRECT and not document.written_in(vihf.structure_id):
            rule = f"Identifiant_Structure « {vihf.structure_id} » n'est l'authorInstitution d'aucun auteur"
        elif vihf.mode != INDIRECT and not document.written_by(vihf.name_id):
            rule = f"NameID « {vihf.name_id} » n'est ni authorPerson ni legalAuthenticator"
        else:
            continue
        yield f"auteur-different : {rule} de {document.entry.unique_id} (le DMP refuse : EX_2.1-1140)"
