"""Each subtle fault of a consultation, seen from the DMP and from the user: it does what it says, and nothing else."""

import msgspec
import pytest
from fake_dmp import EXAM, FILED, MANIPULATEUR, RADIOLOGIST, FakeDmp, Ris
from scenes import AGREED, OTHER, Start, prepare, sign_in, speaker

from dmp_imagerie.connectors.contract import (
    Inspect,
    OpenDmp,
    OpenDocument,
    OpenWebDmp,
    Outcome,
    RecordConsent,
    RecordInformation,
    RegisterExam,
    RegisterPatient,
    SearchDocuments,
    SignOut,
    Status,
)
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, Means, Professional
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.read.habilitation import read_set_authorization

NEXT_EXAM = RegisterExam(exam=msgspec.structs.replace(EXAM, exam_id="E2", episode="EP2"))
WITHDRAWN = msgspec.structs.replace(AGREED, agreement=Agreement.REFUSED)
SECOND, THIRD = (
    msgspec.structs.replace(FILED, entry_id=f"urn:uuid:{number}", unique_id=f"1.2.3.{number}", type_code=None)
    for number in (2, 3)
)
SEARCH = SearchDocuments(patient_id="P1")
READ = OpenDocument(patient_id="P1", unique_id=FILED.unique_id)


@pytest.fixture
def ready(start: Start) -> Start:
    """A product with these faults, a patient, an exam, and a radiologist signed in with a card."""

    def begun(*faults: str) -> Ris:
        ris = start(faults=faults)
        prepare(ris)
        sign_in(ris)
        return ris

    return begun


def consult(ris: Ris) -> Outcome:
    """Open the DMP and list it, whatever the opening gives."""
    ris(OpenDmp(patient_id="P1"))
    return ris(SEARCH)


def listed(outcome: Outcome) -> list[str]:
    return [row["unique_id"] for row in outcome.displayed]


class TestAgreement:
    @pytest.mark.parametrize(
        ("fault", "agreement", "transactions"),
        [
            ("bris-de-glace-sans-motif", None, ["TD0.2"]),
            ("bris-de-glace-sans-motif", Agreement.GIVEN, ["TD0.2", "TD0.3"]),
            ("recherche-avant-accord", None, ["TD3.1"]),
            ("recherche-avant-verification", Agreement.GIVEN, ["TD3.1", "TD0.2", "TD0.3"]),
            ("autorisation-apres-recherche", Agreement.GIVEN, ["TD0.2", "TD3.1", "TD0.3"]),
            ("silence-vaut-accord", None, ["TD0.2", "TD0.3"]),
            ("silence-vaut-accord", Agreement.NOT_COLLECTED, []),
        ],
    )
    def test_what_the_opening_asks(
        self, ready: Start, dmp: FakeDmp, fault: str, agreement: Agreement | None, transactions: list[str]
    ) -> None:
        ris = ready(fault)
        if agreement is not None:
            ris(RecordConsent(patient_id="P1", agreement=agreement, episode="EP1"))
        ris(OpenDmp(patient_id="P1"))
        assert dmp.transactions == transactions

    def test_the_break_glass_is_told_to_the_dmp(self, ready: Start, dmp: FakeDmp) -> None:
        ris = ready("bris-de-glace-sans-motif")
        consult(ris)
        assert {speaker(message).purpose for _, message in dmp.received} == {"bris_de_glace"}
        ris(AGREED)
        consult(ris)
        assert speaker(dmp.received[-1][1]).purpose == "normal"

    @pytest.mark.parametrize(
        ("faults", "status"), [((), Status.REFUSED), (("accord-d-une-autre-prise-en-charge",), Status.DONE)]
    )
    def test_an_agreement_of_a_former_episode(self, ready: Start, faults: tuple[str, ...], status: Status) -> None:
        ris = ready(*faults)
        ris(AGREED)
        ris(NEXT_EXAM)
        assert consult(ris).status is status

    @pytest.mark.parametrize(
        ("faults", "status"),
        [
            ((), Status.REFUSED),
            (("accord-verifie-a-l-ouverture",), Status.DONE),
            (("premier-accord-garde",), Status.DONE),
        ],
    )
    def test_an_agreement_withdrawn_while_the_dmp_is_open(
        self, ready: Start, faults: tuple[str, ...], status: Status
    ) -> None:
        ris = ready(*faults)
        ris(AGREED)
        assert consult(ris).status is Status.DONE
        ris(WITHDRAWN)
        assert ris(SEARCH).status is status
        assert ris(READ).status is status

    @pytest.mark.parametrize(
        ("faults", "status"), [((), Status.REFUSED), (("accord-du-dossier-precedent",), Status.DONE)]
    )
    def test_the_agreement_of_the_record_before(self, ready: Start, faults: tuple[str, ...], status: Status) -> None:
        ris = ready(*faults)
        ris(RegisterPatient(patient=OTHER))
        ris(RegisterExam(exam=msgspec.structs.replace(EXAM, exam_id="E2", patient_id="P2", episode="EP2")))
        ris(RecordConsent(patient_id="P2", agreement=Agreement.GIVEN, episode="EP2"))
        assert ris(OpenDmp(patient_id="P1")).status is status


class TestDeclaration:
    def test_the_certificate_declares(self, ready: Start, dmp: FakeDmp) -> None:
        ris = ready("autorisation-par-le-certificat")
        ris(AGREED)
        consult(ris)
        modes = {name: speaker(message).mode for name, message in dmp.received}
        assert modes == {"TD0.2": "DIRECTE", "TD0.3": "INDIRECTE", "TD3.1": "DIRECTE"}
        assert speaker(dmp.message("TD0.3")).name_id == RADIOLOGIST.ps_id

    def test_a_removal_in_the_place_of_an_addition(self, ready: Start, dmp: FakeDmp) -> None:
        ris = ready("suppression-au-lieu-d-ajout")
        ris(AGREED)
        consult(ris)
        assert read_set_authorization(dmp.message("TD0.3").body).action == "SUPPRESSION"

    @pytest.mark.parametrize(("faults", "declared"), [((), 2), (("autorisation-d-un-autre-crue-sienne",), 1)])
    def test_whose_authorisation(self, ready: Start, dmp: FakeDmp, faults: tuple[str, ...], declared: int) -> None:
        ris = ready(*faults)
        ris(AGREED)
        consult(ris)
        sign_in(ris, MANIPULATEUR)
        consult(ris)
        assert dmp.transactions.count("TD0.3") == declared

    def test_an_expired_authorisation_is_taken_for_a_valid_one(self, ready: Start, dmp: FakeDmp) -> None:
        dmp.authorisation = AuthorisationStatus.EXPIRED
        ris = ready("autorisation-expiree-crue-valide")
        ris(AGREED)
        consult(ris)
        assert dmp.transactions == ["TD0.2", "TD3.1"]


class TestUsers:
    @pytest.mark.parametrize(
        ("fault", "name", "roles"),
        [
            ("utilisateur-courant-partage", RADIOLOGIST.ps_id, ["10", "SM44"]),
            ("droits-du-precedent", MANIPULATEUR.ps_id, ["10", "SM44"]),
            ("compte-partage", "3750100042/ACCUEIL", ["98"]),
            ("ancienne-specialite", MANIPULATEUR.ps_id, ["98"]),
        ],
    )
    def test_who_speaks_after_the_radiologist(
        self, ready: Start, dmp: FakeDmp, fault: str, name: str, roles: list[str]
    ) -> None:
        ris = ready(fault)
        ris(AGREED)
        sign_in(ris, MANIPULATEUR)
        consult(ris)
        vihf = speaker(dmp.received[-1][1])
        assert (vihf.name_id, [role.code for role in vihf.roles]) == (name, roles)

    def test_the_former_speciality(self, ready: Start, dmp: FakeDmp) -> None:
        ris = ready("ancienne-specialite")
        ris(AGREED)
        consult(ris)
        assert [role.code for role in speaker(dmp.message("TD3.1")).roles] == ["10", "SM26"]

    @pytest.mark.parametrize(
        ("fault", "sessions", "mode"),
        [
            ("certificat-dit-e-cps", (Means.CERTIFICATE,), "INDIRECTE_RENFORCEE"),
            ("carte-memorisee", (Means.CPS, Means.CERTIFICATE), "DIRECTE"),
            ("e-cps-sans-renforcement", (Means.E_CPS,), "INDIRECTE"),
        ],
    )
    def test_the_means_told(
        self, start: Start, dmp: FakeDmp, fault: str, sessions: tuple[Means, ...], mode: str
    ) -> None:
        ris = start(faults=(fault,))
        prepare(ris)
        ris(AGREED)
        for means in sessions:
            sign_in(ris, means=means)
        consult(ris)
        assert speaker(dmp.message("TD3.1")).mode == mode

    @pytest.mark.parametrize(("faults", "status"), [((), Status.REFUSED), (("session-jamais-fermee",), Status.DONE)])
    def test_a_session_signed_out(self, ready: Start, faults: tuple[str, ...], status: Status) -> None:
        ris = ready(*faults)
        ris(AGREED)
        ris(SignOut())
        assert consult(ris).status is status


class TestScreens:
    @pytest.fixture
    def of_two(self, dmp: FakeDmp) -> None:
        """The radiologist may read three documents, the radiographer one."""
        dmp.listed = {RADIOLOGIST.ps_id: (FILED, SECOND, THIRD), MANIPULATEUR.ps_id: (FILED,)}

    @pytest.mark.usefixtures("of_two")
    @pytest.mark.parametrize(
        ("faults", "his", "hers"),
        [
            ((), (FILED, SECOND, THIRD), (FILED,)),
            (("premiere-page-seule",), (FILED, SECOND), (FILED,)),
            (("liste-filtree",), (FILED,), (FILED,)),
            (("liste-qui-s-accumule",), (FILED, SECOND, THIRD), (FILED, SECOND, THIRD)),
        ],
    )
    def test_what_is_listed(
        self, ready: Start, faults: tuple[str, ...], his: tuple[EntryMetadata, ...], hers: tuple[EntryMetadata, ...]
    ) -> None:
        ris = ready(*faults)
        ris(AGREED)
        assert listed(consult(ris)) == [entry.unique_id for entry in his]
        sign_in(ris, MANIPULATEUR)
        assert listed(consult(ris)) == [entry.unique_id for entry in hers]

    @pytest.mark.parametrize(("faults", "seen"), [((), 0), (("refus-cache-par-la-memoire",), 1)])
    def test_a_refusal_is_shown_as_one(self, ready: Start, dmp: FakeDmp, faults: tuple[str, ...], seen: int) -> None:
        ris = ready(*faults)
        ris(AGREED)
        consult(ris)
        dmp.authorisation = AuthorisationStatus.BLOCKED
        sign_in(ris, MANIPULATEUR)
        assert len(consult(ris).displayed) == seen

    @pytest.mark.parametrize(
        ("fault", "status", "shown"),
        [
            ("liste-sans-lecture", Status.REFUSED, 0),
            ("lecture-d-imagerie-seule", Status.DONE, 1),
            ("document-jamais-montre", Status.DONE, 0),
        ],
    )
    def test_a_document_is_opened(self, ready: Start, fault: str, status: Status, shown: int) -> None:
        ris = ready(fault)
        ris(AGREED)
        consult(ris)
        outcome = ris(READ)
        assert (outcome.status, len(outcome.displayed)) == (status, shown)

    @pytest.mark.parametrize(
        ("fault", "host", "page"),
        [
            ("web-dmp-sans-dossier", "127.0.0.1:9443", "TableauDeBord"),
            ("web-dmp-sous-l-ipp", "127.0.0.1:9443", "DossierPatient/P1"),
            ("web-dmp-sans-cle", "127.0.0.1:9443", "DossierPatient/2790351215189"),
            ("web-dmp-d-un-autre-site", "dmp.example", "DossierPatient/279035121518989"),
        ],
    )
    def test_the_page_opened(self, ready: Start, fault: str, host: str, page: str) -> None:
        (row,) = ready(fault)(OpenWebDmp(patient_id="P1")).displayed
        assert row["url"] == f"https://{host}/AccesDirect/{page}"


class TestTraces:
    @pytest.mark.parametrize(
        ("fault", "reader", "agreements", "informations"),
        [
            ("traces-de-soi-seul", RADIOLOGIST, 1, 1),
            ("traces-de-soi-seul", MANIPULATEUR, 0, 0),
            ("information-sans-trace", RADIOLOGIST, 1, 0),
            ("information-prise-pour-un-accord", RADIOLOGIST, 2, 0),
            ("opposition-sans-information", RADIOLOGIST, 1, 0),
            ("accord-trace-hors-du-dossier", RADIOLOGIST, 0, 1),
        ],
    )
    def test_what_is_read_again(
        self, ready: Start, fault: str, reader: Professional, agreements: int, informations: int
    ) -> None:
        ris = ready(fault)
        ris(RecordInformation(patient_id="P1", informed=True))
        ris(AGREED)
        sign_in(ris, reader)
        told = [row["what"] for row in ris(Inspect(view="traces", patient_id="P1")).displayed]
        assert sum("accord" in what for what in told) == agreements
        assert sum("information" in what for what in told) == informations

    def test_the_user_before_is_said_to_have_collected(self, ready: Start) -> None:
        ris = ready("accord-trace-au-nom-du-precedent")
        sign_in(ris, MANIPULATEUR)
        ris(AGREED)
        (row,) = [row for row in ris(Inspect(view="traces", patient_id="P1")).displayed if "accord" in row["what"]]
        assert row["who"] == RADIOLOGIST.ps_id
