"""Every verb has its words, the exact data are in them, and an answer is worth what was said, no more."""

import base64
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from dmp_imagerie.connectors import contract
from dmp_imagerie.connectors.contract import AnyVerb, DriverError, Status, UserKeys, verb_name
from dmp_imagerie.connectors.inprocess import ALL_VERBS
from dmp_imagerie.connectors.operator.connector import OperatorConnector
from dmp_imagerie.connectors.operator.instruction import Answer, Instruction, KnownDocument, outcome, problems
from dmp_imagerie.connectors.operator.templates import FILE, Template, places, templates
from dmp_imagerie.connectors.registry import connect
from dmp_imagerie.model.values import Agreement, Exam, Ins, Means, Patient, Professional, Report, Visibility
from dmp_imagerie.runner.cast import CENTRE, RADIOLOGIST, USERS

PATIENT = Patient(
    alias="patiente", local_id="IPP1", ins=Ins(value="279035121518989"), family_name="ESSAI",
    given_names=("DOMINIQUE", "ALIX"), birth_date="1979-03-28", sex="F",
)  # fmt: skip
EXAM = Exam(
    alias="patiente", exam_id="EX1", patient_id="IPP1", order_number="D1", accession_number="A1", study_uid="1.2.3",
    performed_at="2026-01-05T09:00:00Z", episode="EP1", prescriber="DR ESSAI",
)  # fmt: skip
REPORT = Report(report_id="CR-A1", exam_id="EX1", title="Radiographie", text="Technique : face.\nConclusion : rien.")
DOCUMENT = KnownDocument(unique_id="1.2.9", title="Compte rendu antérieur", submitted_at="2026-01-02T08:00:00Z")
PS = RADIOLOGIST.ps_id

SAMPLES: tuple[AnyVerb, ...] = (
    contract.RegisterPatient(patient=PATIENT),
    contract.UpdatePatient(patient=PATIENT),
    contract.VerifyIdentity(patient_id="IPP1", result="ko", status=PATIENT.identity_status),
    contract.RegisterExam(exam=EXAM),
    contract.RecordInformation(patient_id="IPP1", informed=False),
    contract.RecordConsent(patient_id="IPP1", agreement=Agreement.NOT_COLLECTED, frame="écrit", episode="EP1"),
    contract.SignIn(ps_id=PS, means=Means.E_CPS),
    contract.SignOut(),
    contract.SaveDraft(report=REPORT),
    contract.SetVisibility(report_id="CR-A1", hidden=(Visibility.HIDDEN_FROM_PATIENT,)),
    contract.RequireAnnouncement(report_id="CR-A1"),
    contract.ValidateReport(report_id="CR-A1", ps_id=PS),
    contract.WithholdReport(report_id="CR-A1", reason="doublon"),
    contract.ReplaceReport(report=REPORT, ps_id=PS),
    contract.DeleteReport(report_id="CR-A1", reason="erreur de patient"),
    contract.MarkAnnounced(report_id="CR-A1"),
    contract.CatchUp(exam_ids=("EX1", "EX2")),
    contract.OpenDmp(patient_id="IPP1", mode="bris_de_glace", answers={"episode": "EP1"}),
    contract.SearchDocuments(patient_id="IPP1"),
    contract.OpenDocument(patient_id="IPP1", unique_id="1.2.9"),
    contract.ImportDocument(patient_id="IPP1", unique_id="1.2.9"),
    contract.OpenWebDmp(patient_id="IPP1"),
    contract.OpenImages(patient_id="IPP1", unique_id="1.2.9"),
    contract.DeclareAccess(patient_id="IPP1"),
    contract.RevokeAccess(patient_id="IPP1"),
    contract.Inspect(view="traces", patient_id="IPP1"),
    contract.Settle(),
    contract.SetClock(at="2026-02-01T10:00:00+01:00"),
    contract.Reset(),
)  # fmt: skip


class Listener:
    """Keeps what is asked and says that it is done."""

    def __init__(self) -> None:
        self.heard: list[Instruction] = []

    def ask(self, instruction: Instruction, deadline_s: float) -> Answer:
        self.heard.append(instruction)
        return Answer(status=Status.DONE)

    def documents(self, ins: str) -> Sequence[KnownDocument]:
        return (DOCUMENT,) if ins == "279035121518989" else ()


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Instruction]:
    """The instruction of each verb, once the patient, the exam and the report are known."""
    listener = Listener()
    connector = started(listener, tmp_path)
    for verb in SAMPLES:
        connector.call(verb, 1.0)
    return {str(instruction.verb["verb"]): instruction for instruction in listener.heard}


def started(listener: Listener, folder: Path) -> OperatorConnector:
    pair = contract.KeyPair(certificate="essai.crt", key="essai.key")
    keys = tuple(UserKeys(ps_id=user.ps_id, authentication=pair, signature=pair) for user in USERS)
    connector = OperatorConnector(listener)
    connector.start(
        contract.Surroundings(
            dmp_url="https://127.0.0.1:1/s", ca_file="ac.crt", centre=CENTRE, centre_tls=pair, centre_seal=pair,
            users=USERS, user_keys=keys, work_dir=str(folder),
        )
    )  # fmt: skip
    return connector


def data(instruction: Instruction) -> dict[str, str]:
    return {datum.label: datum.value for datum in instruction.data}


# --- The templates --------------------------------------------------------------------------------------------------


def test_every_verb_of_the_contract_has_its_words_and_nothing_else_has() -> None:
    names = {name.partition(":")[0] for name in templates().by_verb}
    assert names == set(ALL_VERBS)
    assert {verb_name(verb) for verb in SAMPLES} == set(ALL_VERBS)


def test_every_view_that_the_contract_names_has_its_words() -> None:
    views = {name.partition(":")[2] for name in templates().by_verb if name.startswith("inspect:")}
    assert contract.Inspect.__doc__ is not None
    assert views == {"traces", "reports", "imports", "dashboard", "worklists"}
    assert all(view in contract.Inspect.__doc__ for view in views)


OBJECTS = {
    "patient": Patient,
    "exam": Exam,
    "report": Report,
    "user": Professional,
    "keys": UserKeys,
    "document": KnownDocument,
}


@pytest.mark.parametrize("name", templates().by_verb)
def test_what_a_template_names_exists(name: str) -> None:
    verbs = {str(verb.__struct_config__.tag): verb for verb in get_args(AnyVerb)}
    known = OBJECTS | {"verb": verbs[name.partition(":")[0]]}
    template: Template = templates().by_verb[name]
    for text in (
        template.titre,
        *template.faire,
        template.regarder,
        *(value for _, value in templates().rows(template)),
    ):
        for place in places(text):
            kind, *path = place.split(".")
            if place == "file.path":
                continue
            assert path[0] in known[kind].__struct_fields__, place


def test_the_words_of_a_field_are_the_values_it_takes() -> None:
    words = tomllib.loads(FILE.read_text("utf-8"))["mots"]
    assert set(words["means"]) == {means.value for means in Means}
    assert set(words["agreement"]) == {agreement.value for agreement in Agreement}
    assert set(words["hidden"]) == {*(visibility.value for visibility in Visibility), ""}


def test_nothing_is_left_unfilled_and_every_answer_is_offered(told: dict[str, Instruction]) -> None:
    assert set(told) == set(ALL_VERBS)
    for instruction in told.values():
        texts = (instruction.title, *instruction.todo, instruction.look, *data(instruction).values())
        assert instruction.todo
        assert not any("{" in text or "None" in text for text in texts)
        assert Status.DONE in {choice.status for choice in instruction.choices}


# --- What is told ---------------------------------------------------------------------------------------------------


def test_a_patient_is_told_in_full_with_the_defaults_of_the_contract(told: dict[str, Instruction]) -> None:
    assert data(told["register_patient"]) == {
        "Numéro de dossier (IPP)": "IPP1",
        "Nom de naissance": "ESSAI",
        "Prénoms": "DOMINIQUE, ALIX",
        "Date de naissance": "28/03/1979",
        "Sexe": "féminin",
        "Lieu de naissance (code INSEE)": "99999",
        "Matricule INS": "279035121518989",
        "OID de l'INS (identité d'essai)": "1.2.250.1.213.1.4.10",
        "Statut de l'identité": "qualifiée",
    }


def test_a_verb_that_names_things_by_identifier_is_told_with_what_they_are(told: dict[str, Instruction]) -> None:
    validation = data(told["validate_report"])
    assert (validation["Patient"], validation["Compte rendu"]) == ("ESSAI DOMINIQUE, ALIX", "Radiographie")
    assert validation["Validé par"] == "LIBRE MAX"
    assert data(told["sign_in"])["Certificat d'essai, authentification"] == "essai.crt"
    assert data(told["set_visibility"])["Invisible"] == "au patient"
    assert data(told["open_document"])["Document"] == "Compte rendu antérieur"
    assert data(told["open_dmp"])["Si le logiciel demande : épisode de soins"] == "EP1"
    assert data(told["record_consent"])["Réponse du patient"].startswith("non recueilli")


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    listener = Listener()
    connector = started(listener, tmp_path)
    connector.call(contract.ValidateReport(report_id="CR-X", ps_id="1"), 1.0)
    assert data(listener.heard[0]) == {
        "Repère du compte rendu dans ce guide": "CR-X",
        "Identifiant national (PS_IdNat)": "1",
    }


def test_lifting_every_restriction_is_said(tmp_path: Path) -> None:
    listener = Listener()
    started(listener, tmp_path).call(contract.SetVisibility(report_id="CR-A1"), 1.0)
    assert data(listener.heard[0])["Invisible"] == "à personne : levez toute restriction"


def test_a_cda_to_carry_becomes_a_file(tmp_path: Path) -> None:
    listener = Listener()
    report = msgspec.structs.replace(REPORT, text="", cda=base64.b64encode(b"<ClinicalDocument/>").decode())
    started(listener, tmp_path).call(contract.SaveDraft(report=report), 1.0)
    told_data = data(listener.heard[0])
    assert "Texte" not in told_data
    assert Path(told_data["Fichier CDA à reprendre tel quel"]).read_bytes() == b"<ClinicalDocument/>"


def test_the_registry_wants_a_person() -> None:
    with pytest.raises(ValueError, match="dmp-imagerie guide"):
        connect("operateur")
    with pytest.raises(ValueError, match="deux-points"):
        connect("operateur:moi")
    connector = connect("operateur", operator=Listener(), product="RIS", version=2)
    assert (connector.describe().product, connector.describe().version) == ("RIS", "2")
    with pytest.raises(DriverError, match="avant le démarrage"):
        connector.call(contract.Reset(), 1.0)


# --- What is answered -----------------------------------------------------------------------------------------------

DONE = Status.DONE
CASES: dict[str, tuple[str, Answer, str]] = {
    "choice": ("reset", Answer(status=Status.UNSUPPORTED), "choisissez"),
    "address": ("open_web_dmp", Answer(status=DONE), "recopiez : Adresse appelée"),
    "half-address": ("open_web_dmp", Answer(status=DONE, rows=({"url": "dmp.fr/x"},)), "adresse entière"),
    "list": ("search_documents", Answer(status=DONE), "« Compte rendu antérieur » est montré"),
    "stranger": ("search_documents", Answer(status=DONE, documents={"1.2.9": True, "9": True}), "n'est pas de ceux"),
    "date": ("inspect", Answer(status=DONE, rows=({"at": "hier", "who": "moi"},)), "n'est pas une date"),
    "cell": ("inspect", Answer(status=DONE, rows=({"couleur": "bleu"},)), "n'est pas demandé"),
    "silence": ("inspect", Answer(status=DONE), "dites que rien ne l'est"),
    "both": ("inspect", Answer(status=DONE, rows=({"what": "accord"},), nothing=True), "et vous recopiez"),
    "long": ("sign_out", Answer(status=DONE, messages=("x" * 30_000,)), "20000 caractères"),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_that_lacks_something_says_what(told: dict[str, Instruction], name: str) -> None:
    verb, answer, said = CASES[name]
    assert any(said in problem for problem in problems(told[verb], answer)), problems(told[verb], answer)


@pytest.mark.parametrize("status", [Status.REFUSED, Status.FAILED, Status.UNSUPPORTED])
@pytest.mark.parametrize("verb", ["open_web_dmp", "search_documents", "inspect"])
def test_a_refusal_needs_nothing_displayed(told: dict[str, Instruction], verb: str, status: Status) -> None:
    assert problems(told[verb], Answer(status=status)) == ()


def test_what_is_answered_becomes_the_outcome(told: dict[str, Instruction]) -> None:
    answer = Answer(
        status=DONE, messages=(" ouvert ", ""), documents={"1.2.9": True}, rows=({"title": " Autre "}, {"title": " "})
    )
    assert problems(told["search_documents"], answer) == ()
    found = outcome(told["search_documents"], answer)
    assert found.messages == ("ouvert",)
    assert found.displayed == ({"unique_id": "1.2.9", "title": "Compte rendu antérieur"}, {"title": "Autre"})
    hidden = outcome(told["search_documents"], Answer(status=DONE, documents={"1.2.9": False}))
    assert hidden.displayed == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("23/11/2026 08:41", "2026-11-23T08:41:00"),
        ("23/11/2026 08h41", "2026-11-23T08:41:00"),
        ("23/11/2026", "2026-11-23T00:00:00"),
        ("2026-11-23T08:41:00Z", "2026-11-23T08:41:00+00:00"),
    ],
)
def test_dates_are_taken_as_people_write_them(told: dict[str, Instruction], typed: str, kept: str) -> None:
    answer = Answer(status=DONE, rows=({"at": typed, "who": "LIBRE MAX", "what": "accord oral"},))
    assert problems(told["inspect"], answer) == ()
    assert outcome(told["inspect"], answer).displayed[0]["at"] == kept


def test_an_empty_display_is_said_aloud(told: dict[str, Instruction]) -> None:
    answer = Answer(status=DONE, nothing=True)
    assert problems(told["inspect"], answer) == ()
    assert outcome(told["inspect"], answer).displayed == ()


def test_the_verb_goes_with_the_instruction_as_the_contract_writes_it(told: dict[str, Instruction]) -> None:
    for verb in SAMPLES:
        again: Any = msgspec.convert(dict(told[verb_name(verb)].verb), AnyVerb)
        assert again == verb
