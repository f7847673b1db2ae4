"""The reference connector by user: means of authentication, rights that are nobody else's, traces, the web DMP."""

import msgspec
import pytest
from fake_dmp import FILED, MANIPULATEUR, RADIOLOGIST, FakeDmp, Ris
from scenes import AGREED, OTHER, Start, prepare, sign_in, speaker, validate

from dmp_imagerie.connectors.contract import (
    DeclareAccess,
    ImportDocument,
    Inspect,
    OpenDmp,
    OpenDocument,
    OpenWebDmp,
    RecordConsent,
    RegisterPatient,
    RevokeAccess,
    SearchDocuments,
    SignIn,
    Status,
)
from dmp_imagerie.model.values import Agreement, Means, Professional
from dmp_imagerie.wire import xades

OTHER_DOCUMENT = msgspec.structs.replace(
    FILED, entry_id="urn:uuid:2", unique_id="1.2.250.1.999.1.1.7898.3.43", title="Compte rendu opératoire"
)
SIGNATURE = msgspec.structs.replace(FILED, entry_id="urn:uuid:3", unique_id="1.2.3.9", class_code=xades.SIGNATURE_CLASS)


def consult(ris: Ris, user: Professional = RADIOLOGIST, means: Means = Means.CPS) -> list[str]:
    """Sign in, open the DMP of the patient who agreed; return the identifiers listed."""
    sign_in(ris, user, means)
    ris(AGREED)
    ris(OpenDmp(patient_id="P1"))
    return [row["unique_id"] for row in ris(SearchDocuments(patient_id="P1")).displayed]


def traces(ris: Ris, words: str) -> list[dict[str, str]]:
    return [dict(row) for row in ris(Inspect(view="traces", patient_id="P1")).displayed if words in row["what"]]


class TestMeans:
    def test_an_e_cps_speaks_for_the_user_under_the_centre_s_seal(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        assert consult(ris, means=Means.E_CPS) == [FILED.unique_id]
        for _, message in dmp.received:
            vihf = speaker(message)
            assert (vihf.mode, vihf.name_id) == ("INDIRECTE_RENFORCEE", RADIOLOGIST.ps_id)
            assert [role.code for role in vihf.roles] == ["10", "SM44"]
            assert vihf.authn_context.endswith("MobileTwoFactorUnregistered")

    def test_the_centre_s_certificate_does_not_consult(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        sign_in(ris, means=Means.CERTIFICATE)
        ris(AGREED)
        outcome = ris(OpenDmp(patient_id="P1"))
        assert outcome.status is Status.REFUSED
        assert "e-CPS" in outcome.messages[0]
        assert dmp.transactions == []

    def test_a_card_is_its_holder_s(self, start: Start) -> None:
        assert start()(SignIn(ps_id="899900000000", means=Means.CPS)).status is Status.REFUSED


class TestRights:
    @pytest.mark.parametrize(("user", "roles"), [(RADIOLOGIST, ["10", "SM44"]), (MANIPULATEUR, ["98"])])
    def test_each_one_s_own_roles(self, start: Start, dmp: FakeDmp, user: Professional, roles: list[str]) -> None:
        ris = start()
        prepare(ris)
        consult(ris, user)
        assert {tuple(role.code for role in speaker(message).roles) for _, message in dmp.received} == {tuple(roles)}

    def test_what_one_opened_is_not_served_to_another(self, start: Start, dmp: FakeDmp) -> None:
        dmp.listed = {MANIPULATEUR.ps_id: ()}
        ris = start()
        prepare(ris)
        (document,) = consult(ris)
        assert ris(OpenDocument(patient_id="P1", unique_id=document)).status is Status.DONE
        assert consult(ris, MANIPULATEUR) == []
        assert ris(OpenDocument(patient_id="P1", unique_id=document)).status is Status.REFUSED

    def test_a_document_is_fetched_once_a_session(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        for expected in (1, 2):
            (document,) = consult(ris)
            ris(OpenDocument(patient_id="P1", unique_id=document))
            ris(OpenDocument(patient_id="P1", unique_id=document))
            assert dmp.transactions.count("TD3.2") == expected

    def test_signatures_of_submissions_are_not_listed(self, start: Start, dmp: FakeDmp) -> None:
        dmp.listed = {RADIOLOGIST.ps_id: (FILED, SIGNATURE)}
        ris = start()
        prepare(ris)
        assert consult(ris) == [FILED.unique_id]

    def test_access_is_declared_and_revoked_by_hand(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        sign_in(ris)
        assert ris(DeclareAccess(patient_id="P1")).status is Status.REFUSED
        ris(AGREED)
        assert ris(DeclareAccess(patient_id="P1")).status is Status.DONE
        assert ris(RevokeAccess(patient_id="P1")).status is Status.DONE
        assert dmp.transactions == ["TD0.3", "TD0.3"]
        assert ris(SearchDocuments(patient_id="P1")).status is Status.REFUSED

    def test_an_imported_document_is_kept_and_traced(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        (document,) = consult(ris)
        assert ris(ImportDocument(patient_id="P1", unique_id=document)).status is Status.DONE
        (row,) = traces(ris, "import")
        assert (row["who"], document in row["detail"]) == (RADIOLOGIST.ps_id, True)
        (kept,) = ris(Inspect(view="imports", patient_id="P1")).displayed
        assert (kept["unique_id"], kept["who"], kept["size"]) == (document, RADIOLOGIST.ps_id, "19")
        assert ris(ImportDocument(patient_id="P1", unique_id="1.2.3")).status is Status.REFUSED


class TestConsentTrace:
    def test_it_shows_when_how_and_by_whom(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        sign_in(ris)
        ris(RecordConsent(patient_id="P1", agreement=Agreement.GIVEN, frame="écrit", episode="EP1"))
        (row,) = traces(ris, "accord")
        assert set(row) == {"at", "who", "what", "patient", "detail"}
        assert (row["who"], row["patient"]) == (RADIOLOGIST.ps_id, "P1")
        assert "écrit" in row["detail"]

    def test_the_reception_collects_when_nobody_is_signed_in(self, start: Start) -> None:
        ris = start()
        prepare(ris)
        ris(AGREED)
        (row,) = traces(ris, "accord")
        assert row["who"] == "accueil"


class TestWebDmp:
    def test_the_address_is_that_of_the_patient(self, start: Start, dmp: FakeDmp) -> None:
        ris = start()
        prepare(ris)
        ris(RegisterPatient(patient=OTHER))
        assert ris(OpenWebDmp(patient_id="P1")).status is Status.REFUSED
        sign_in(ris)
        (row,) = ris(OpenWebDmp(patient_id="P1")).displayed
        assert row["url"] == "https://127.0.0.1:9443/AccesDirect/DossierPatient/279035121518989"
        assert dmp.transactions == []


class TestFaults:
    """The same scenes with one defect."""

    def test_everybody_is_a_radiologist(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("role-fixe",))
        prepare(ris)
        consult(ris, MANIPULATEUR)
        assert {tuple(role.code for role in speaker(message).roles) for _, message in dmp.received} == {("10", "SM44")}

    def test_only_imaging_reports_are_shown(self, start: Start, dmp: FakeDmp) -> None:
        letter = msgspec.structs.replace(OTHER_DOCUMENT, type_code=None)
        dmp.listed = {RADIOLOGIST.ps_id: (FILED, letter)}
        ris = start(faults=("liste-filtree",))
        prepare(ris)
        assert consult(ris) == [FILED.unique_id]

    def test_copies_belong_to_the_workstation(self, start: Start, dmp: FakeDmp) -> None:
        dmp.listed = {MANIPULATEUR.ps_id: ()}
        ris = start(faults=("copies-du-poste",))
        prepare(ris)
        (document,) = consult(ris)
        ris(OpenDocument(patient_id="P1", unique_id=document))
        consult(ris, MANIPULATEUR)
        assert ris(OpenDocument(patient_id="P1", unique_id=document)).status is Status.DONE

    def test_the_web_dmp_of_another_patient(self, start: Start) -> None:
        ris = start(faults=("web-dmp-du-dossier-precedent",))
        prepare(ris)
        ris(RegisterPatient(patient=OTHER))
        sign_in(ris)
        (row,) = ris(OpenWebDmp(patient_id="P1")).displayed
        assert row["url"].endswith("/207058575627097")

    def test_the_certificate_consults(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("consulte-sans-moyen-fort",))
        prepare(ris)
        assert consult(ris, means=Means.CERTIFICATE) == [FILED.unique_id]
        assert speaker(dmp.message("TD3.1")).mode == "INDIRECTE"

    def test_a_hidden_search_follows_the_report(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("recherche-cachee",))
        prepare(ris)
        validate(ris)
        assert dmp.transactions == ["TD0.2", "TD2.1", "TD3.1"]
        assert speaker(dmp.message("TD3.1")).name_id != RADIOLOGIST.ps_id

    def test_the_agreement_leaves_no_trace(self, start: Start) -> None:
        ris = start(faults=("accord-sans-trace",))
        prepare(ris)
        ris(AGREED)
        assert traces(ris, "accord") == []

    def test_the_trace_does_not_say_who(self, start: Start) -> None:
        ris = start(faults=("accord-trace-sans-auteur",))
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        (row,) = traces(ris, "accord")
        assert RADIOLOGIST.ps_id not in " ".join(row.values())
