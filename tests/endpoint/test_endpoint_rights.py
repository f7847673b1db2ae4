"""Who reads what in the simulated DMP, and what the patient is told of it."""

import pytest
from dmp_client import (
    COLLEAGUE,
    INS,
    MANIPULATEUR,
    PATIENT,
    RADIOLOGIST,
    Client,
    MemoryRecorder,
    entry,
    fault_of,
    message_of,
    vihf,
)

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Response
from dmp_imagerie.endpoint.past import Kind, PastDocument
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.store import Opposition
from dmp_imagerie.model.values import AuthorisationStatus, Professional, Visibility
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.patient_list import patient_list
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent
from dmp_imagerie.wire.metadata import Code
from dmp_imagerie.wire.patient_list import DATE_TYPES
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.patient_list import PatientListAnswer, read_patient_list_answer
from dmp_imagerie.wire.read.xds import read_registry_response
from dmp_imagerie.wire.read.xds_query import read_query_response, read_retrieve_response

DAY = "2025-01-02"


def past(kind: str = Kind.IMAGING_REPORT, hidden: tuple[Visibility, ...] = ()) -> PastDocument:
    return PastDocument(title="Ancien", type_code=kind, author=COLLEAGUE, text="RAS.", created=DAY, hidden=hidden)


def listed(response: Response) -> list[str]:
    return [found.unique_id for found in read_query_response(message_of(response).body).entries]


def emergency(purpose: str, user: Professional = RADIOLOGIST) -> VihfContent:
    return vihf(user, purpose=VihfCode(code=purpose, code_system="1.2.250.1.213.1.1.4.248", display_name=purpose))


@pytest.fixture
def everyone(dmp: SimulatedDmp) -> SimulatedDmp:
    """The DMP, open to every professional of the tests."""
    for user in (RADIOLOGIST, COLLEAGUE, MANIPULATEUR):
        dmp.control.set_authorisation(INS, user.ps_id, AuthorisationStatus.VALID)
    return dmp


class TestMatrix:
    def test_a_radiologist_sees_every_type(self, everyone: SimulatedDmp, client: Client) -> None:
        filed = [everyone.control.deposit(INS, past(kind)) for kind in Kind]
        assert listed(client.find()) == filed

    def test_a_manipulateur_sees_imaging_reports_only(
        self, everyone: SimulatedDmp, client: Client, recorder: MemoryRecorder
    ) -> None:
        imaging, hospital, operative = (everyone.control.deposit(INS, past(kind)) for kind in Kind)
        assert listed(client.find(security=vihf(MANIPULATEUR))) == [imaging]
        for refused in (hospital, operative):
            answer = read_retrieve_response(message_of(client.retrieve(refused, security=vihf(MANIPULATEUR))))
            assert (answer.registry.status, answer.documents) == ("Failure", ())
        assert client.retrieve(imaging, security=vihf(MANIPULATEUR)).status == 200
        assert any("non ouvert" in alert and "34112-3" in alert for alert in recorder.exchanges[1].alerts)

    def test_what_the_matrix_leaves_open_is_closed_and_said(
        self, everyone: SimulatedDmp, client: Client, recorder: MemoryRecorder
    ) -> None:
        everyone.control.deposit(INS, past("11502-2"))
        assert listed(client.find(security=vihf(MANIPULATEUR))) == []
        assert any("à confirmer" in alert for alert in recorder.only().alerts)

    def test_roles_decide_and_not_the_name(self, everyone: SimulatedDmp, client: Client) -> None:
        everyone.control.deposit(INS, past(Kind.HOSPITAL_REPORT))
        claimed = vihf(RADIOLOGIST, roles=vihf(MANIPULATEUR).roles)
        assert listed(client.find(security=claimed)) == []

    @pytest.mark.parametrize(
        "roles",
        [
            (),
            (VihfCode(code="SECRETARIAT", code_system="1.2.250.1.71.1.2.7", display_name="?"),),
            (VihfCode(code="98", code_system="1.2.250.1.71.4.2.5", display_name="autre système"),),
        ],
    )
    def test_an_unknown_role_gets_nothing(
        self, roles: tuple[VihfCode, ...], everyone: SimulatedDmp, client: Client, recorder: MemoryRecorder
    ) -> None:
        filed = everyone.control.deposit(INS, past())
        assert listed(client.find(security=vihf(roles=roles))) == []
        answer = read_retrieve_response(message_of(client.retrieve(filed, security=vihf(roles=roles))))
        assert answer.documents == ()
        assert all(any("absente de la matrice" in alert for alert in seen.alerts) for seen in recorder.exchanges)

    def test_a_document_of_the_past_says_its_type_in_its_header_too(
        self, everyone: SimulatedDmp, client: Client
    ) -> None:
        filed = everyone.control.deposit(INS, past(Kind.OPERATIVE_REPORT))
        (document,) = read_retrieve_response(message_of(client.retrieve(filed))).documents
        assert read_cda(document.content).code == "34874-8"
        (shown,) = everyone.control.snapshot(INS)["documents"]
        assert (shown["type"], shown["class"]) == ("34874-8", "10")


class TestEmergency:
    @pytest.mark.parametrize(
        ("purpose", "opposition"),
        [("bris_de_glace", Opposition.BREAK_GLASS), ("centre_15", Opposition.EMERGENCY_CALL)],
    )
    def test_an_opposition_closes_its_mode_only(
        self, purpose: str, opposition: Opposition, dmp: SimulatedDmp, client: Client
    ) -> None:
        assert client.find(security=emergency(purpose)).status == 200
        dmp.control.set_emergency(INS, oppositions=[opposition])
        assert fault_of(client.find(security=emergency(purpose))).subcode == "SimOppositionPatient"
        other = {"bris_de_glace": "centre_15", "centre_15": "bris_de_glace"}[purpose]
        assert client.find(security=emergency(other)).status == 200
        assert dmp.control.snapshot(INS)["oppositions"] == [opposition.value]

    def test_what_is_masked_shows_if_the_patient_allowed_it(self, dmp: SimulatedDmp, client: Client) -> None:
        masked = dmp.control.deposit(INS, past(hidden=(Visibility.MASKED_FROM_PROFESSIONALS,)))
        assert listed(client.find(security=emergency("bris_de_glace"))) == []
        dmp.control.set_emergency(INS, shows_masked=True)
        assert listed(client.find(security=emergency("bris_de_glace"))) == [masked]

    def test_an_unknown_purpose_is_no_emergency(self, client: Client) -> None:
        assert fault_of(client.find(security=emergency("curiosite"))).subcode == "SimAccesNonAutorise"

    def test_no_authorisation_is_declared_in_an_emergency(self, client: Client) -> None:
        assert fault_of(client.authorise(security=emergency("centre_15"))).subcode == "SimModeAccesNonHabilite"


class TestToldToThePatient:
    @pytest.mark.parametrize(
        ("active", "email", "canal"),
        [
            (True, "", "mon_espace_sante"),
            (True, "pat@exemple.test", "mon_espace_sante"),
            (False, "pat@exemple.test", "courriel"),
            (False, "", "courrier"),
        ],
    )
    def test_new_documents_and_new_professionals_are_told(
        self, active: bool, email: str, canal: str, everyone: SimulatedDmp, client: Client
    ) -> None:
        everyone.control.open_dmp(PATIENT, mon_espace_sante=active)
        everyone.control.set_contact(INS, email)
        client.submit(entry())
        client.find(security=vihf(COLLEAGUE))
        told = everyone.control.snapshot(INS)["notifications"]
        assert [(line["canal"], line["document"]) for line in told] == [(canal, entry().unique_id), (canal, "")]
        assert "Nouveau document" in told[0]["message"]
        assert "nouveau professionnel" in told[1]["message"]
        assert COLLEAGUE.ps_id in told[1]["message"]

    def test_a_professional_is_new_once(self, everyone: SimulatedDmp, client: Client) -> None:
        filed = everyone.control.deposit(INS, past())
        for _ in range(2):
            client.find()
            client.retrieve(filed)
        told = everyone.control.snapshot(INS)["notifications"]
        assert sum("nouveau professionnel" in line["message"] for line in told) == 1

    @pytest.mark.parametrize("hidden", ["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"])
    def test_what_is_hidden_is_not_told(self, hidden: str, dmp: SimulatedDmp, client: Client) -> None:
        client.submit(entry(confidentiality=(Code(code=hidden),)))
        assert dmp.control.snapshot(INS)["notifications"] == []

    def test_the_access_log_says_who_where_when_and_what(self, everyone: SimulatedDmp, client: Client) -> None:
        before = len(everyone.control.snapshot(INS)["access_log"])
        client.authorise("SUPPRESSION")
        client.authorise()
        client.submit(entry())
        client.find()
        client.retrieve(entry().unique_id)
        lines = everyone.control.snapshot(INS)["access_log"][before:]
        assert [line["action"] for line in lines] == [
            "autorisation supprimée",
            "autorisation déclarée",
            "dépôt de document",
            "liste des documents",
            "consultation de document",
        ]
        assert {(line["actor"], line["structure"]) for line in lines} == {(RADIOLOGIST.ps_id, "10B0127189")}
        assert all(line["at"] for line in lines)
        assert [line["document"] for line in lines] == ["", "", entry().unique_id, "", entry().unique_id]


class TestPatientList:
    @staticmethod
    def rows(response: Response) -> PatientListAnswer:
        return read_patient_list_answer(message_of(response).body)

    def test_only_dmps_open_to_the_caller_are_listed(self, dmp: SimulatedDmp, client: Client) -> None:
        request = patient_list("20000101000000", "LASTAUTORIZATION")
        assert self.rows(client.post("TD0.4", request)).rows == ()
        client.authorise()
        client.find()
        answer = self.rows(client.post("TD0.4", request))
        (row,) = answer.rows
        assert answer.status == "DMPOk"
        assert (row.identifiers, row.last_name) == ((("1.2.250.1.213.1.4.10", INS),), "PAT-TROIS")
        assert row.last_access
        dmp.control.close_dmp(INS)
        assert self.rows(client.post("TD0.4", request)).rows == ()

    @pytest.mark.parametrize("date_type", DATE_TYPES)
    def test_the_date_narrows_the_list(self, date_type: str, everyone: SimulatedDmp, client: Client) -> None:
        everyone.control.deposit(INS, past())
        assert len(self.rows(client.post("TD0.4", patient_list("20250102000000", date_type))).rows) == 1
        assert self.rows(client.post("TD0.4", patient_list("29990101000000", date_type))).rows == ()

    def test_no_patient_is_needed_and_the_request_must_be_whole(self, client: Client) -> None:
        request = patient_list("20000101000000", "LASTDOC")
        assert client.post("TD0.4", request, security=vihf(ins=None)).status == 200
        assert fault_of(client.post("TD0.4", patient_list("hier", "LASTDOC"))).subcode == "SimMessageIllisible"
        assert fault_of(client.post("TD0.4", patient_list("20000101000000", "DOC"))).subcode == "SimMessageIllisible"


class TestSubmissionSets:
    def test_a_search_by_date_of_submission_leads_to_the_documents(
        self, everyone: SimulatedDmp, client: Client
    ) -> None:
        filed = everyone.control.deposit(INS, past())
        parameters = {
            "$XDSSubmissionSetPatientId": [f"{INS}^^^&1.2.250.1.213.1.4.10&ISO^NH"],
            "$XDSSubmissionSetStatus": [codes.APPROVED],
            "$XDSSubmissionSetSubmissionTimeFrom": ["20250101"],
        }
        (found,) = read_query_response(
            message_of(client.find(query=codes.FIND_SUBMISSION_SETS, parameters=parameters)).body
        ).sets
        links = client.find(query=codes.GET_ASSOCIATIONS, parameters={"$uuid": [found.set_id]})
        (link,) = read_query_response(message_of(links).body).associations
        assert (link.type, link.source) == (codes.HAS_MEMBER, found.set_id)
        document = client.find(query=codes.GET_DOCUMENTS, parameters={"$XDSDocumentEntryEntryUUID": [link.target]})
        assert listed(document) == [filed]

    def test_a_set_is_shown_to_those_who_may_read_it_and_within_its_dates(
        self, everyone: SimulatedDmp, client: Client
    ) -> None:
        everyone.control.deposit(INS, past(Kind.HOSPITAL_REPORT))
        parameters = {
            "$XDSSubmissionSetPatientId": [f"{INS}^^^&1.2.250.1.213.1.4.10&ISO^NH"],
            "$XDSSubmissionSetStatus": [codes.APPROVED],
        }
        late = parameters | {"$XDSSubmissionSetSubmissionTimeFrom": ["20260101"]}
        for security, asked in ((vihf(MANIPULATEUR), parameters), (vihf(), late)):
            answer = client.find(query=codes.FIND_SUBMISSION_SETS, parameters=asked, security=security)
            assert read_query_response(message_of(answer).body).sets == ()

    def test_a_query_without_its_parameter_is_refused(self, everyone: SimulatedDmp, client: Client) -> None:
        for query in (codes.FIND_SUBMISSION_SETS, codes.GET_ASSOCIATIONS):
            answer = read_query_response(message_of(client.find(query=query)).body)
            assert answer.errors[0].code == "XDSStoredQueryMissingParam"


class TestAuthorship:
    def test_a_submission_by_its_author_raises_nothing(self, client: Client, recorder: MemoryRecorder) -> None:
        client.submit(entry())
        assert not any("auteur-different" in alert for alert in recorder.only().alerts)

    def test_a_submission_by_another_is_noted(self, client: Client, recorder: MemoryRecorder) -> None:
        answer = client.submit(entry(), security=vihf(COLLEAGUE))
        assert read_registry_response(message_of(answer).body).status == "Success"
        assert any("EX_2.1-1140" in alert and "NameID" in alert for alert in recorder.only().alerts)

    def test_in_indirect_mode_the_structure_is_compared(
        self, client: Client, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        for structure in ("10B0127189", "10B0000000"):
            content = vihf(mode="INDIRECTE", structure_id=structure)
            client.submit(entry(unique_id=f"1.2.{structure[3:]}"), security=client.signed(content, pki.centre_seal))
        ours, other = recorder.exchanges
        assert not any("EX_2.1-1140" in alert for alert in ours.alerts)
        assert any("Identifiant_Structure" in alert for alert in other.alerts)
