"""Each transaction of the simulated DMP, served and refused, and what is measured on the way."""

import hashlib

import pytest
from dmp_client import (
    COLLEAGUE,
    CX,
    INS,
    OID,
    PATIENT,
    RADIOLOGIST,
    REPORT,
    Client,
    MemoryRecorder,
    entry,
    fault_of,
    message_of,
    vihf,
)

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Response
from dmp_imagerie.endpoint.past import PastDocument, past_document
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.model.values import AuthorisationStatus, Visibility
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.vihf import VihfCode
from dmp_imagerie.wire.metadata import Association, Code
from dmp_imagerie.wire.read.cda import read_cda, unique_id
from dmp_imagerie.wire.read.habilitation import AuthorisationAnswer, read_set_authorization_answer
from dmp_imagerie.wire.read.hl7v3 import ExistenceAnswer, read_existence_answer
from dmp_imagerie.wire.read.xds import RegistryResponse, read_registry_response
from dmp_imagerie.wire.read.xds_query import QueryResult, RetrieveResponse, read_query_response, read_retrieve_response

STRANGER_CX = f"207058575627097^^^&{OID}&ISO^NH"
OLD_IMAGING = PastDocument(title="Scanner ancien", author=COLLEAGUE, text="Rien à signaler.", created="2024-05-02")


def existence(response: Response) -> ExistenceAnswer:
    return read_existence_answer(message_of(response).body)


def authorisation(response: Response) -> AuthorisationAnswer:
    return read_set_authorization_answer(message_of(response).body)


def registry(response: Response) -> RegistryResponse:
    return read_registry_response(message_of(response).body)


def query(response: Response) -> QueryResult:
    return read_query_response(message_of(response).body)


def retrieved(response: Response) -> RetrieveResponse:
    return read_retrieve_response(message_of(response))


def masked(past: PastDocument) -> PastDocument:
    return PastDocument(
        title="Document masqué",
        author=past.author,
        text=past.text,
        created=past.created,
        hidden=(Visibility.MASKED_FROM_PROFESSIONALS,),
    )


class TestExistence:
    def test_an_open_dmp_says_so_with_the_caller_s_authorisation(
        self, client: Client, dmp: SimulatedDmp, recorder: MemoryRecorder
    ) -> None:
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.EXPIRED)
        answer = existence(client.exists())
        assert (answer.acknowledgement, answer.response_code, answer.dmp_status) == ("AA", "OK", "active")
        assert answer.authorisation == "EXPIRE"
        assert answer.mon_espace_sante is True
        exchange = recorder.only()
        assert (exchange.transaction, exchange.patient, exchange.refusal) == ("TD0.2", INS, "")
        assert [(seen.place, seen.value) for seen in exchange.measures.ins] == [("vihf", INS), ("requête", INS)]

    def test_no_dmp_is_answered_nf(self, empty_dmp: SimulatedDmp, client: Client) -> None:
        empty_dmp.control.reset()
        answer = existence(client.exists())
        assert (answer.response_code, answer.authorisation, answer.dmp_status) == ("NF", None, None)

    def test_a_closed_dmp_says_why_and_when(self, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.close_dmp(INS, "FERMETURE_DEMANDE_PATIENT")
        answer = existence(client.exists())
        assert answer.dmp_status != "active"
        assert answer.closed_reason == "FERMETURE_DEMANDE_PATIENT"
        assert answer.closed_on

    def test_the_patient_must_be_the_vihf_s(self, client: Client, recorder: MemoryRecorder) -> None:
        fault = fault_of(client.exists("207058575627097"))
        assert fault.subcode == recorder.only().refusal == "XDSPatientIdDoesNotMatch"


class TestAuthorisation:
    def test_declared_then_declared_again_then_given_up(self, client: Client, dmp: SimulatedDmp) -> None:
        first, second = authorisation(client.authorise()), authorisation(client.authorise())
        assert (first.status, second.status) == ("DMPOk", "DMPOk")
        assert second.context
        assert dmp.control.authorisation(INS, RADIOLOGIST.ps_id) is AuthorisationStatus.VALID
        assert authorisation(client.authorise("SUPPRESSION")).status == "DMPOk"
        assert authorisation(client.authorise("SUPPRESSION")).context
        assert dmp.control.authorisation(INS, RADIOLOGIST.ps_id) is AuthorisationStatus.NONE

    @pytest.mark.parametrize("action", ["AJOUT", "SUPPRESSION"])
    def test_a_blocked_professional_stays_blocked(self, action: str, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.BLOCKED)
        assert fault_of(client.authorise(action)).subcode == "SimProfessionnelBloque"
        assert dmp.control.authorisation(INS, RADIOLOGIST.ps_id) is AuthorisationStatus.BLOCKED

    def test_no_dmp_no_authorisation(self, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.close_dmp(INS, "FERMETURE_DEMANDE_PATIENT")
        assert fault_of(client.authorise()).subcode == "SimDmpFerme"
        dmp.control.reset()
        assert fault_of(client.authorise()).subcode == "SimDmpAbsent"


class TestSubmission:
    def test_a_report_is_filed_measured_and_told_to_the_patient(
        self, client: Client, dmp: SimulatedDmp, recorder: MemoryRecorder
    ) -> None:
        assert registry(client.submit(entry())).status == "Success"
        state = dmp.control.snapshot(INS)
        (document,) = state["documents"]
        assert (document["unique_id"], document["type"]) == (entry().unique_id, "18748-4")
        assert state["notifications"][-1]["document"] == entry().unique_id
        assert state["access_log"][-1]["actor"] == RADIOLOGIST.ps_id
        exchange = recorder.only()
        (measure,) = exchange.measures.documents
        assert measure.sha1 == hashlib.sha1(REPORT, usedforsecurity=False).hexdigest() == measure.declared_hash
        assert measure.sha256 == hashlib.sha256(REPORT).hexdigest()
        assert (measure.size, measure.declared_size) == (len(REPORT), str(len(REPORT)))
        assert [seen.place for seen in exchange.measures.ins] == ["vihf", "lot", "fiche"]

    def test_the_ins_and_pdf_inside_a_cda_are_measured(self, client: Client, recorder: MemoryRecorder) -> None:
        cda = past_document(OLD_IMAGING, PATIENT, 99).content
        client.submit(entry(hash="", size=None), documents={"doc": cda})
        measures = recorder.only().measures
        assert ("cda", INS, "doc") in [(seen.place, seen.value, seen.entry) for seen in measures.ins]
        assert measures.documents[0].size == len(cda)

    def test_the_pdfa_level_a_pdf_claims_is_measured(self, client: Client, recorder: MemoryRecorder) -> None:
        claimed = b"<pdfaid:part>1</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
        client.submit(entry(hash="", size=None), documents={"doc": b"%PDF-1.4\n" + claimed})
        assert recorder.only().measures.documents[0].pdfa == "1b"

    def test_a_hash_in_upper_case_is_the_same_hash(self, client: Client) -> None:
        assert registry(client.submit(entry(hash=entry().hash.upper()))).status == "Success"

    @pytest.mark.parametrize(
        ("declared", "words"),
        [
            (hashlib.sha256(REPORT).hexdigest(), "SHA-256"),
            (hashlib.sha1(REPORT + b"\n", usedforsecurity=False).hexdigest(), "suivi d'une fin de ligne"),
            (hashlib.sha1(REPORT.rstrip(b"\n"), usedforsecurity=False).hexdigest(), "sans la fin de ligne"),
            ("0" * 40, "n'est pas le SHA-1"),
        ],
    )
    def test_a_wrong_hash_is_explained(self, declared: str, words: str, client: Client, dmp: SimulatedDmp) -> None:
        answer = registry(client.submit(entry(hash=declared)))
        assert (answer.status, answer.errors[0].code) == ("Failure", "XDSNonIdenticalHash")
        assert words in answer.errors[0].context
        assert dmp.control.snapshot(INS)["documents"] == []

    def test_a_wrong_size_is_refused(self, client: Client) -> None:
        assert registry(client.submit(entry(size=1))).errors[0].code == "XDSNonIdenticalSize"

    def test_an_entry_without_document_is_refused(self, client: Client, recorder: MemoryRecorder) -> None:
        answer = registry(client.submit(entry(), documents={}))
        assert answer.errors[0].code == recorder.only().refusal == "XDSMissingDocument"

    def test_a_document_without_entry_is_refused(self, client: Client) -> None:
        answer = registry(client.submit(entry(), documents={"doc": REPORT, "autre": REPORT}))
        assert answer.errors[0].code == "XDSMissingDocumentMetadata"

    def test_an_include_that_leads_nowhere_is_refused(self, client: Client) -> None:
        lost = client.submit(entry(), damage=lambda envelope: envelope.replace(b"cid:doc@banc", b"cid:perdu@banc"))
        assert registry(lost).errors[0].code == "XDSMissingDocument"

    def test_a_unique_id_is_taken_once(self, client: Client) -> None:
        assert registry(client.submit(entry())).status == "Success"
        assert registry(client.submit(entry())).errors[0].code == "XDSDuplicateUniqueIdInRegistry"
        twins = client.submit(entry("a", "1.2.3"), entry("b", "1.2.3"))
        assert registry(twins).errors[0].code == "XDSDuplicateUniqueIdInRegistry"

    @pytest.mark.parametrize("place", ["lot", "fiche", "oid"])
    def test_another_patient_is_refused(self, place: str, client: Client, recorder: MemoryRecorder) -> None:
        other = CX.replace("4.10", "4.8") if place == "oid" else STRANGER_CX
        wrong = entry() if place == "lot" else entry(patient_id=other)
        response = client.submit(wrong, patient_id=other if place == "lot" else CX)
        assert fault_of(response).subcode == recorder.only().refusal == "XDSPatientIdDoesNotMatch"

    def test_no_dmp_or_a_closed_one_takes_nothing(self, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.close_dmp(INS, "FERMETURE_DEMANDE_PATIENT")
        assert registry(client.submit(entry())).errors[0].code == "XDSRegistryError"
        dmp.control.reset()
        assert registry(client.submit(entry())).errors[0].code == "XDSUnknownPatientId"

    def test_a_replacement_makes_the_former_obsolete(self, client: Client, dmp: SimulatedDmp) -> None:
        client.submit(entry())
        known = client.find(query=codes.GET_DOCUMENTS, parameters={"$XDSDocumentEntryUniqueId": [entry().unique_id]})
        (former,) = query(known).entries
        link = Association(association_id="r", type=codes.RPLC, source="doc", target=former.entry_id)
        assert registry(client.submit(entry(unique_id="1.2.4"), associations=[link])).status == "Success"
        statuses = {shown["unique_id"]: shown["status"] for shown in dmp.control.snapshot(INS)["documents"]}
        assert statuses == {entry().unique_id: "Deprecated", "1.2.4": "Approved"}
        again = registry(client.submit(entry(unique_id="1.2.5"), associations=[link]))
        assert again.errors[0].code == "XDSRegistryDeprecatedDocumentError"

    def test_a_replacement_of_nothing_is_refused(self, client: Client) -> None:
        link = Association(association_id="r", type=codes.RPLC, source="doc", target=entry().unique_id)
        assert registry(client.submit(entry(), associations=[link])).errors[0].code == "XDSReplaceFailed"

    def test_confidentiality_is_kept_as_sent(self, client: Client, dmp: SimulatedDmp) -> None:
        sent = (Code(code="N", scheme="2.16.840.1.113883.5.25"), Code(code="INVISIBLE_PATIENT"))
        client.submit(entry(confidentiality=sent))
        state = dmp.control.snapshot(INS)
        (document,) = state["documents"]
        assert document["confidentiality"] == ["N", "INVISIBLE_PATIENT"]
        assert (document["visible_to_patient"], document["visible_to_professionals"]) == (False, True)
        assert state["notifications"] == []


class TestConsultation:
    @pytest.fixture(autouse=True)
    def allowed(self, dmp: SimulatedDmp) -> None:
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.VALID)

    def test_a_document_is_listed_then_read(self, client: Client, dmp: SimulatedDmp) -> None:
        deposited = dmp.control.deposit(INS, OLD_IMAGING)
        (listed,) = query(client.find()).entries
        assert (listed.unique_id, listed.title) == (deposited, "Scanner ancien")
        answer = retrieved(client.retrieve(deposited))
        assert answer.registry.status == "Success"
        (document,) = answer.documents
        assert unique_id(read_cda(document.content)) == deposited
        assert hashlib.sha1(document.content, usedforsecurity=False).hexdigest() == listed.hash
        assert dmp.control.snapshot(INS)["access_log"][-1]["document"] == deposited

    def test_what_is_masked_shows_to_its_author_only(self, client: Client, dmp: SimulatedDmp) -> None:
        deposited = dmp.control.deposit(INS, masked(OLD_IMAGING))
        assert query(client.find()).entries == ()
        assert retrieved(client.retrieve(deposited)).registry.errors[0].code == "XDSDocumentUniqueIdError"
        dmp.control.set_authorisation(INS, COLLEAGUE.ps_id, AuthorisationStatus.VALID)
        (listed,) = query(client.find(security=vihf(COLLEAGUE))).entries
        assert listed.unique_id == deposited

    def test_what_is_hidden_from_the_patient_shows_to_professionals(self, client: Client, dmp: SimulatedDmp) -> None:
        client.submit(entry(confidentiality=(Code(code="INVISIBLE_PATIENT"),)))
        assert len(query(client.find()).entries) == 1

    @pytest.mark.parametrize("status", [AuthorisationStatus.NONE, AuthorisationStatus.EXPIRED])
    def test_without_a_valid_authorisation_nothing_is_shown(
        self, status: AuthorisationStatus, client: Client, dmp: SimulatedDmp
    ) -> None:
        deposited = dmp.control.deposit(INS, OLD_IMAGING)
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, status)
        assert fault_of(client.find()).subcode == "SimAccesNonAutorise"
        assert fault_of(client.retrieve(deposited)).subcode == "SimAccesNonAutorise"

    def test_filters_narrow_the_list(self, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.deposit(INS, OLD_IMAGING)
        imaging = {"$XDSDocumentEntryTypeCode": ["18748-4^^2.16.840.1.113883.6.1"]}
        letter = {"$XDSDocumentEntryTypeCode": ["34133-9^^2.16.840.1.113883.6.1"]}
        assert len(query(client.find(parameters=imaging)).entries) == 1
        assert query(client.find(parameters=letter)).entries == ()
        assert query(client.find(parameters={"$XDSDocumentEntryCreationTimeFrom": ["20250101"]})).entries == ()
        assert len(query(client.find(parameters={"$XDSDocumentEntryCreationTimeTo": ["20250101"]})).entries) == 1

    def test_documents_are_found_by_accession_number(self, client: Client) -> None:
        accession = "A42^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession"
        client.submit(entry(reference_ids=(accession,)))

        def found(*references: str) -> QueryResult:
            wanted = {"$XDSDocumentEntryReferenceIdList": list(references)} if references else {}
            return query(client.find(query=codes.FIND_DOCUMENTS_BY_REFERENCE_ID, parameters=wanted))

        assert [document.unique_id for document in found(accession).entries] == [entry().unique_id]
        assert found(accession.replace("A42", "A43")).entries == ()
        assert found().errors[0].code == "XDSStoredQueryMissingParam"

    def test_references_only(self, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.deposit(INS, OLD_IMAGING)
        (reference,) = query(client.find(return_type="ObjectRef")).object_refs
        assert reference.startswith("urn:uuid:")

    def test_by_reference_each_finds_their_own_without_reading(
        self, client: Client, dmp: SimulatedDmp, pki: Pki
    ) -> None:
        client.submit(entry())
        other = dmp.control.deposit(INS, OLD_IMAGING)
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.NONE)
        wanted = {"$XDSDocumentEntryUniqueId": [entry().unique_id, other]}
        for security in (vihf(), client.signed(vihf(mode="INDIRECTE"), pki.centre_seal)):
            found = query(client.find(query=codes.GET_DOCUMENTS, parameters=wanted, security=security)).entries
            assert [document.unique_id for document in found] == [entry().unique_id]

    def test_another_patient_or_another_query_is_refused(self, client: Client, recorder: MemoryRecorder) -> None:
        assert fault_of(client.find(STRANGER_CX)).subcode == "XDSPatientIdDoesNotMatch"
        answer = query(client.find(query=codes.GET_DOCUMENTS_AND_ASSOCIATIONS))
        assert (answer.status, answer.errors[0].code) == ("Failure", "XDSUnknownStoredQuery")
        assert [exchange.refusal for exchange in recorder.exchanges] == [
            "XDSPatientIdDoesNotMatch",
            "XDSUnknownStoredQuery",
        ]

    def test_an_entry_uuid_is_no_unique_id_and_the_fault_is_multipart(self, client: Client) -> None:
        response = client.retrieve("urn:uuid:7953af1a-ba1c-11eb-816f-0050569e422e")
        assert dict(response.headers)["Content-Type"].startswith("multipart/related")
        assert fault_of(response).subcode == "XDSDocumentUniqueIdError"

    def test_the_root_part_is_named_as_the_dmp_names_it(self, client: Client) -> None:
        response = client.retrieve("1.2.3")
        assert 'start="<root.message@cxf.apache.org>"' in dict(response.headers)["Content-Type"]
        assert b"Content-ID: <root.message@cxf.apache.org>" in response.body

    def test_an_odd_media_type_does_not_break_the_answer(self, client: Client) -> None:
        client.submit(entry(mime_type="texte/é\u2028"))
        (document,) = retrieved(client.retrieve(entry().unique_id)).documents
        assert document.content == REPORT

    def test_another_repository_is_unknown(self, client: Client) -> None:
        errors = retrieved(client.retrieve("1.2.3", repository="1.2.3")).registry.errors
        assert errors[0].code == "XDSUnknownRepositoryId"

    def test_emergency_needs_no_authorisation_but_a_block_holds(self, client: Client, dmp: SimulatedDmp) -> None:
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.NONE)
        emergency = vihf(purpose=VihfCode(code="bris_de_glace", code_system="x", display_name="x"))
        assert query(client.find(security=emergency)).status == "Success"
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.BLOCKED)
        assert fault_of(client.find(security=emergency)).subcode == "SimProfessionnelBloque"
