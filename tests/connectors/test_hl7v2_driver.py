"""The HL7v2 driver: what each verb makes the kit send, in the words that the integrator asked for."""

import base64
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fake_dmp import PATIENT, RADIOLOGIST, REPORT
from hl7v2_driven import GIVEN, HIDE, INS, VALIDATE, Drive
from mllp_product import ack

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    CatchUp,
    DeleteReport,
    DriverError,
    Inspect,
    OpenDmp,
    Outcome,
    RecordConsent,
    RecordInformation,
    RegisterPatient,
    ReplaceReport,
    RequireAnnouncement,
    SaveDraft,
    SignIn,
    Status,
    Surroundings,
    UpdatePatient,
    ValidateReport,
    VerifyIdentity,
    WithholdReport,
)
from dmp_imagerie.connectors.registry import connect, outside_address
from dmp_imagerie.model.values import Agreement, IdentityStatus, Means, Report
from dmp_imagerie.wire.hl7v2 import AckCode, DocumentRequest, Flag, Order
from dmp_imagerie.wire.mllp import frame
from dmp_imagerie.wire.read.cda import read_cda, unique_id
from dmp_imagerie.wire.read.hl7v2 import component, field, type_of
from dmp_imagerie.wire.read.hl7v2_messages import (
    asks_to_file,
    read_choices,
    read_document_request,
    read_envelope,
    read_identity,
    read_visit,
)


class TestIdentity:
    @pytest.mark.parametrize(
        ("status", "reliability", "ins"),
        [
            (IdentityStatus.PROVISIONAL, "PROV", ""),
            (IdentityStatus.RETRIEVED, "PROV", INS),
            (IdentityStatus.VALIDATED, "VALI", ""),
            (IdentityStatus.QUALIFIED, "VALI", INS),
        ],
    )
    def test_the_status_is_in_the_adt_and_in_the_report_that_tempts(
        self, drive: Drive, status: IdentityStatus, reliability: str, ins: str
    ) -> None:
        patient = msgspec.structs.replace(PATIENT, identity_status=status)
        driven = drive()
        driven(RegisterPatient(patient=patient), *GIVEN[1:], VALIDATE)
        assert driven.kinds == ["ADT^A28", "MDM^T02"]
        for message in driven.product.seen:
            identity = read_identity(message)
            assert (identity.reliability, identity.ins.value if identity.ins else "") == (reliability, ins)
        assert asks_to_file(driven.last), "nothing is held back in the product's stead"
        assert (read_cda(read_document_request(driven.last).content).ins or "") == ins

    def test_changes_and_verifications_are_a31(self, drive: Drive) -> None:
        driven = drive()
        married = msgspec.structs.replace(PATIENT, family_name="PAT-QUATRE", identity_status=IdentityStatus.VALIDATED)
        qualified = VerifyIdentity(patient_id="P1", result="ok", status=IdentityStatus.QUALIFIED)
        outcome = driven(GIVEN[0], UpdatePatient(patient=married), qualified)
        assert (outcome.status, driven.kinds) == (Status.DONE, ["ADT^A28", "ADT^A31", "ADT^A31"])
        changed, verified = map(read_identity, driven.product.seen[1:])
        assert (changed.family_name, changed.ins) == ("PAT-QUATRE", None)
        assert (verified.family_name, verified.ins, verified.local_id) == ("PAT-QUATRE", PATIENT.ins, "P1")

    @pytest.mark.parametrize(
        ("informed", "opposed", "word"), [(True, False, "INO"), (True, True, "IO"), (False, False, "NA")]
    )
    def test_information_and_opposition_are_zfa_9(self, drive: Drive, informed: bool, opposed: bool, word: str) -> None:
        driven = drive()
        driven(GIVEN[0], RecordInformation(patient_id="P1", informed=informed, opposed=opposed))
        choices = read_choices(driven.last)
        assert choices is not None
        assert (driven.kinds[-1], choices.feeding, choices.consultation) == ("ADT^A31", word, "NA")
        assert choices.feeding_at

    def test_without_adt_the_identity_goes_with_the_report_only(self, drive: Drive) -> None:
        driven = drive(adt=False)
        assert driven(GIVEN[0]) == Outcome(
            status=Status.ACCEPTED,
            messages=("aucun message : l'identité part dans le PID du compte rendu (adt = false)",),
        )
        driven(*GIVEN[1:], VALIDATE)
        assert driven.kinds == ["MDM^T02"]
        assert read_identity(driven.last).ins == PATIENT.ins
        assert "record_information" not in driven.connector.describe().verbs
        assert driven(RecordInformation(patient_id="P1", informed=True)).status is Status.UNSUPPORTED


def named(request: DocumentRequest) -> str:
    """The uniqueId that the CDA itself says."""
    return unique_id(read_cda(request.content))


class TestReports:
    def test_an_mdm_carries_the_cda_its_author_and_the_ten_indicators(self, drive: Drive) -> None:
        driven = drive(application="SIR", vers_application="PRODUIT", vers_etablissement="ESSAI")
        outcome = driven(*GIVEN, VALIDATE)
        request, envelope = read_document_request(driven.last), read_envelope(driven.last)
        assert outcome == Outcome(status=Status.DONE, messages=(f"MDM^T02 {envelope.control_id} : acquitté (AA)",))
        assert (envelope.application, envelope.facility) == ("SIR", "CENTRE DE TEST")
        assert (envelope.to_application, envelope.to_facility) == ("PRODUIT", "ESSAI")
        assert (request.order, request.replaces, request.visit.number) == (Order.NEW, "", "EP1")
        assert request.sender is not None
        assert request.sender.person_id == RADIOLOGIST.ps_id
        assert {flag for flag, said in request.flags.items() if said} == {Flag.TO_DMP}
        assert len(request.flags) == len(Flag)
        cda = read_cda(request.content)
        assert (unique_id(cda), cda.ins, cda.title) == (request.document_id, INS, REPORT.title)

    def test_an_oru_carries_the_same(self, drive: Drive) -> None:
        driven = drive(message="ORU")
        driven(*GIVEN, HIDE, VALIDATE, DeleteReport(report_id="R1", reason="erreur"))
        filed, withdrawn = map(read_document_request, driven.product.seen[1:])
        assert driven.kinds[1:] == ["ORU^R01", "ORU^R01"]
        assert (filed.order, filed.flags[Flag.HIDDEN_FROM_PATIENT]) == (Order.NEW, True)
        assert (withdrawn.order, named(withdrawn)) == (Order.CANCEL, named(filed))

    def test_an_oru_of_text_says_the_exam_and_who_reports(self, drive: Drive) -> None:
        driven = drive(message="ORU-texte")
        report = msgspec.structs.replace(REPORT, text="Technique : face.\nConclusion : 2 | 3 & rien.")
        driven(*GIVEN[:2], SaveDraft(report=report), VALIDATE)
        (obr,), (obx,) = driven.last.segments("OBR"), driven.last.segments("OBX")
        assert [field(obr, number) for number in (2, 18, 24, 25)] == ["ORD-1", "ACC-1", "DX", "F"]
        assert field(obr, 32) == f"{RADIOLOGIST.ps_id}&LIBRE&MAX"
        assert (field(obx, 2), field(obx, 11)) == ("FT", "F")
        assert component(obx, 5, 1) == "Technique : face.\rConclusion : 2 | 3 & rien."
        assert read_visit(driven.last).number == "EP1"

    def test_what_text_cannot_say_is_unsupported(self, drive: Drive) -> None:
        driven = drive(message="ORU-texte")
        cda = Report(report_id="R2", exam_id="E1", title="CDA", media_type="text/xml", cda="PENkYS8+")
        withhold = WithholdReport(report_id="R1", reason="x")
        for verb in (HIDE, withhold, SaveDraft(report=cda)):
            assert driven(*GIVEN, verb).status is Status.UNSUPPORTED

    def test_a_visibility_chosen_before_goes_with_the_report(self, drive: Drive) -> None:
        driven = drive()
        assert driven(*GIVEN, HIDE).status is Status.ACCEPTED
        driven(VALIDATE)
        flags = read_document_request(driven.last).flags
        assert (flags[Flag.HIDDEN_FROM_PATIENT], flags[Flag.MASKED], flags[Flag.VISIBILITY_CHANGED]) == (
            True,
            False,
            False,
        )

    def test_one_chosen_after_is_a_new_version_that_says_so(self, drive: Drive) -> None:
        driven = drive()
        driven(*GIVEN, VALIDATE, HIDE)
        first, second = map(read_document_request, driven.product.seen[1:])
        assert (driven.kinds[-1], second.order, second.replaces) == ("MDM^T10", Order.REPLACE, first.document_id)
        assert second.document_id != first.document_id
        assert second.flags[Flag.VISIBILITY_CHANGED]
        assert second.flags[Flag.HIDDEN_FROM_PATIENT]

    def test_a_report_withheld_is_not_meant_for_the_dmp(self, drive: Drive) -> None:
        driven = drive()
        driven(*GIVEN, WithholdReport(report_id="R1", reason="à revoir"), VALIDATE)
        assert not asks_to_file(driven.last)

    def test_a_new_version_replaces_the_last_one_taken(self, drive: Drive) -> None:
        driven = drive()
        newer = msgspec.structs.replace(REPORT, text="Une fracture, finalement.")
        driven(*GIVEN, VALIDATE, ReplaceReport(report=newer, ps_id=RADIOLOGIST.ps_id))
        driven(DeleteReport(report_id="R1", reason="erreur de patient"))
        first, second, third = map(read_document_request, driven.product.seen[1:])
        assert driven.kinds[1:] == ["MDM^T02", "MDM^T10", "MDM^T04"]
        assert (second.replaces, third.document_id) == (first.document_id, second.document_id)
        assert named(second) == second.document_id != named(first)

    def test_what_the_product_refused_is_neither_replaced_nor_withdrawn(self, drive: Drive) -> None:
        driven = drive(lambda message: ack(message, AckCode.ERROR if "MDM" in type_of(message) else AckCode.ACCEPTED))
        driven(*GIVEN, VALIDATE, ReplaceReport(report=REPORT, ps_id=RADIOLOGIST.ps_id))
        outcome = driven(DeleteReport(report_id="R1", reason="x"))
        assert driven.kinds[1:] == ["MDM^T02", "MDM^T02"]
        assert outcome.messages == ("aucun message : le produit n'a jamais eu ce compte rendu",)

    def test_a_cda_given_goes_as_it_is(self, drive: Drive) -> None:
        source = drive()
        source(*GIVEN, VALIDATE)
        content = read_document_request(source.last).content
        given = Report(
            report_id="R1",
            exam_id="E1",
            title="CDA",
            media_type="text/xml",
            cda=base64.b64encode(content).decode("ascii"),
        )
        driven = drive()
        driven(*GIVEN[:2], SaveDraft(report=given), VALIDATE)
        request = read_document_request(driven.last)
        assert (request.content, request.document_id) == (content, named(request))
        assert driven(HIDE).status is Status.UNSUPPORTED, "the same document cannot replace itself"

    def test_an_exam_is_ordered_when_it_is_asked_for(self, drive: Drive) -> None:
        silent, talking = drive(), drive(orm=True)
        assert (silent(*GIVEN[:2]).status, silent.kinds) == (Status.ACCEPTED, ["ADT^A28"])
        assert (talking(*GIVEN[:2]).status, talking.kinds) == (Status.DONE, ["ADT^A28", "ORM^O01"])
        (obr,) = talking.last.segments("OBR")
        assert [field(obr, number) for number in (2, 3, 4, 18, 24)] == [
            *("ORD-1", "ACC-1", "ZBQK002^Radiographie du thorax^CCAM", "ACC-1", "DX"),
        ]

    def test_nothing_is_said_of_what_was_never_registered(self, drive: Drive) -> None:
        with pytest.raises(DriverError, match="compte rendu « R1 » jamais annoncé"):
            drive()(VALIDATE)


class TestWords:
    """What the integrator asked for."""

    @pytest.mark.parametrize(
        "verb",
        [
            SignIn(ps_id="1", means=Means.CPS),
            RecordConsent(patient_id="P1", agreement=Agreement.GIVEN),
            RequireAnnouncement(report_id="R1"),
            OpenDmp(patient_id="P1"),
            Inspect(view="traces"),
            CatchUp(exam_ids=()),
        ],
    )
    def test_a_verb_without_a_message_is_unsupported_and_not_offered(self, drive: Drive, verb: AnyVerb) -> None:
        driven = drive(product="RIS", version=2, vendor="Éditeur")
        described = driven.connector.describe()
        assert (described.product, described.version, described.vendor) == ("RIS", "2", "Éditeur")
        assert verb.__struct_config__.tag not in described.verbs
        assert not {"settle", "reset", "set_clock"} & set(described.verbs)
        assert (driven(verb).status, driven.kinds) == (Status.UNSUPPORTED, [])

    def test_fields_are_written_otherwise_and_missing_segments_added_to_reports(self, drive: Drive) -> None:
        driven = drive(
            message="ORU-texte",
            champs={"MSH-11": "P", "OBR-24": "RAD", "ZEI-2": "{accession}^{rapport}", "PV1-3": "SALLE 1"},
        )
        driven(*GIVEN[:2], SaveDraft(report=msgspec.structs.replace(REPORT, report_id="CR|1")))
        driven(ValidateReport(report_id="CR|1", ps_id=RADIOLOGIST.ps_id))
        identity, report = driven.product.seen
        assert read_envelope(identity).processing == read_envelope(report).processing == "P"
        assert field(report.segments("OBR")[0], 24) == "RAD"
        (zei,) = report.segments("ZEI")
        assert (component(zei, 2, 1), component(zei, 2, 2)) == ("ACC-1", "CR|1"), "a fact never breaks the message"
        assert identity.segments("ZEI") == ()
        assert field(identity.segments("PV1")[0], 3) == "SALLE 1"

    def test_the_character_set_is_the_one_asked_for(self, drive: Drive) -> None:
        driven = drive(jeu="8859/1")
        driven(RegisterPatient(patient=msgspec.structs.replace(PATIENT, family_name="GOËL")))
        assert "GOËL".encode("iso8859-1") in driven.product.raw[-1]
        assert (driven.last.declared_charset, driven.last.charset) == ("8859/1", "iso8859-1")
        with pytest.raises(DriverError, match="« Œ » ne s'écrit pas en 8859/1"):
            driven(RegisterPatient(patient=msgspec.structs.replace(PATIENT, family_name="ŒUVRARD")))

    def test_messages_and_acknowledgements_are_kept_as_they_went(
        self, drive: Drive, surroundings: Surroundings
    ) -> None:
        driven = drive()
        driven(*GIVEN, VALIDATE)
        folder = Path(surroundings.work_dir)
        names = [path.name for path in sorted(folder.iterdir())]
        assert names == ["0001-ADT-A28.ack.hl7", "0001-ADT-A28.hl7", "0002-MDM-T02.ack.hl7", "0002-MDM-T02.hl7"]
        assert (folder / "0002-MDM-T02.hl7").read_bytes() == driven.product.raw[-1]

    def test_an_answer_that_is_no_acknowledgement_is_kept_too(self, drive: Drive, surroundings: Surroundings) -> None:
        with pytest.raises(DriverError, match="acquittement illisible"):
            drive(lambda _: frame(b"bonjour"))(*GIVEN)
        assert Path(surroundings.work_dir, "0001-ADT-A28.ack.hl7").read_bytes() == b"bonjour"

    @pytest.mark.parametrize(
        ("url", "options", "expected"),
        [
            ("127.0.0.1:2575", {}, "écrivez hl7v2:mllp://127.0.0.1:2575"),
            ("mllp://127.0.0.1", {}, "machine et port"),
            ("mllps://127.0.0.1:2575", {}, "écrivez hl7v2:mllp"),
            ("mllp://127.0.0.1:99999", {}, "écrivez hl7v2:mllp|Écrivez hl7v2:mllp"),
            ("mllp://192.0.2.1:2575", {}, "n'est pas sur cette machine.*distant=true"),
            ("mllp://localhost:2575", {"messages": "MDM"}, "« messages ».*Vouliez-vous dire « message »"),
            (
                "mllp://localhost:2575",
                {"message": "MDM^T02"},
                r"Option message .* « MDM\^T02 » refusé. Attendu : MDM, ORU, ORU-texte\.",
            ),
            ("mllp://localhost:2575", {"adt": "non"}, "Option adt .* « non » refusé. Attendu : true ou false"),
            ("mllp://localhost:2575", {"champs": "OBR-24"}, "Attendu : une table"),
            ("mllp://localhost:2575", {"vendor": {}}, "Attendu : un texte"),
            ("mllp://localhost:2575", {"champs": {"OBR24": "x"}}, "« OBR24 » : écrivez le segment et le champ"),
            ("mllp://localhost:2575", {"champs": {"MSH-10": "x"}}, "« MSH-10 » : ce champ est celui du banc"),
            ("mllp://localhost:2575", {"champs": {"OBR-24": "a|b"}}, "ni « | » ni fin de ligne"),
            ("mllp://localhost:2575", {"champs": {"OBR-24": "a\rZZZ"}}, "ni « | » ni fin de ligne"),
            ("mllp://localhost:2575", {"champs": {"OBR-24": "{nom}"}}, r"« \{nom\} » inconnu. Existants : patient"),
        ],
    )
    def test_what_cannot_be_followed_is_refused_at_once(self, url: str, options: dict[str, Any], expected: str) -> None:
        with pytest.raises(ValueError, match=expected):
            connect(f"hl7v2:{url}", **options)

    def test_another_machine_is_told_to_the_guard_only_when_asked_for(self) -> None:
        distant = {"distant": True}
        assert outside_address("hl7v2:mllp://192.0.2.1:2575", distant) == ("192.0.2.1", 2575)
        assert outside_address("hl7v2:mllp://[2001:db8::1]:2575", distant) == ("2001:db8::1", 2575)
        assert outside_address("hl7v2:mllp://192.0.2.1:2575", {}) is None
        assert outside_address("hl7v2:mllp://127.0.0.1:2575", distant) is None
        assert outside_address("hl7v2:rien", distant) is None
