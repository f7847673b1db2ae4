"""TD3.2: hand over documents by their uniqueId.

Promises connectors a multipart answer in every case, faults included, and the patient a line in the access log for
every document read.
Source: IHE ITI TF-2 §3.43; DMP interface, TD3.2; survey of real connectors §4.3.
"""

import re
from uuid import uuid4

from lxml import etree

from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.refusals import Refusal
from dmp_imagerie.endpoint.store import Document, Store
from dmp_imagerie.endpoint.transactions.base import (
    Answer,
    Call,
    Transaction,
    open_record,
)
from dmp_imagerie.endpoint.transactions.rights import require_access, sight
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.mime import Attachment, xop_include
from dmp_imagerie.wire.build.xds_query import RepositoryDocument, retrieve_response
from dmp_imagerie.wire.metadata import RegistryError
from dmp_imagerie.wire.namespaces import XDSB, q
from dmp_imagerie.wire.read.soap import SoapMessage
from dmp_imagerie.wire.read.xds_query import RetrieveRequest, read_retrieve_request

_UUID = re.compile(r"(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")  # RFC 6838 §4.2


class Retrieve(Transaction[RetrieveRequest]):
    """Success, PartialSuccess or Failure according to how many of the documents asked for may be handed over."""

    name = "TD3.2"
    element = q(XDSB, "RetrieveDocumentSetRequest")
    multipart = True

    def read(self, message: SoapMessage) -> RetrieveRequest:
        return read_retrieve_request(message.body)

    def serve(self, content: RetrieveRequest, call: Call, store: Store) -> Answer:
        for _, unique_id, _ in content.items:
            if _UUID.fullmatch(unique_id):
                raise Refusal(
                    refusals.UNIQUE_ID_ERROR, "TD3.2 attend l'uniqueId du document, pas son entryUUID (urn:uuid:…)"
                )
        record = open_record(call, store)
        require_access(record, call)
        visible = sight(record, call)
        found: list[Document] = []
        errors: list[RegistryError] = []
        for repository_id, unique_id, _ in content.items:
            if repository_id != codes.REPOSITORY_ID:
                context = f"Entrepôt {repository_id} inconnu : {codes.REPOSITORY_ID} attendu"
                errors.append(RegistryError(code="XDSUnknownRepositoryId", context=context, location=unique_id))
            elif unique_id not in visible.documents:
                context = f"Aucun document {unique_id} accessible dans ce DMP"
                errors.append(RegistryError(code=refusals.UNIQUE_ID_ERROR, context=context, location=unique_id))
            else:
                call.log(record, "consultation de document", unique_id)
                found.append(visible.documents[unique_id])
        if found:
            record.consulted(call.vihf.name_id, call.at)
        return _answer(found, errors, visible.alerts if errors else ())

    def failure(self, errors: tuple[RegistryError, ...]) -> etree._Element:
        return retrieve_response((), status="Failure", errors=errors)


def _answer(found: list[Document], errors: list[RegistryError], alerts: tuple[str, ...]) -> Answer:
    status = "Success" if not errors else "PartialSuccess" if found else "Failure"
    attachments = tuple(
        Attachment(
            content_id=f"{uuid4()}@urn:ihe:iti:xds-b:2007",
            content_type=_media_type(document.entry.mime_type),
            content=document.content,
        )
        for document in found
    )
    documents = [
        RepositoryDocument(
            unique_id=document.entry.unique_id,
            repository_id=codes.REPOSITORY_ID,
            mime_type=document.entry.mime_type,
            content=xop_include(attachment.content_id),
        )
        for document, attachment in zip(found, attachments, strict=True)
    ]
    body = retrieve_response(documents, status=status, errors=errors)
    return Answer(body=body, attachments=attachments, errors=tuple(errors), alerts=alerts)


def _media_type(declared: str) -> str:
    """Media type of a part: what was declared at submission, unless a MIME header cannot carry it."""
    return declared if _MEDIA_TYPE.fullmatch(declared) else "application/octet-stream"
