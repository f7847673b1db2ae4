"""Each fault of the reference connector, seen from the DMP: it does what it says."""

import msgspec
import pytest
from fake_dmp import PATIENT, RADIOLOGIST, REPORT, FakeDmp, Ris
from scenes import AGREED, OTHER, Start, prepare, sent_document, sent_entry, sign_in, status, validate

from dmp_imagerie.connectors.altered import ALTERATIONS
from dmp_imagerie.connectors.contract import (
    Inspect,
    OpenDmp,
    RecordConsent,
    RegisterPatient,
    RequireAnnouncement,
    Reset,
    SaveDraft,
    SetVisibility,
)
from dmp_imagerie.connectors.faults import Family, Fault
from dmp_imagerie.model.values import (
    Agreement,
    IdentityStatus,
    Patient,
    Visibility,
)
from dmp_imagerie.wire.metadata import EntryMetadata
from dmp_imagerie.wire.read.cda import read_cda
from dmp_imagerie.wire.read.vihf import read_vihf
from dmp_imagerie.wire.read.xds import cx, read_submission


class TestFaults:
    """Each fault changes what the DMP receives, in the way it says; its honest twin is in test_reference."""

    @staticmethod
    def feed(ris: Ris, dmp: FakeDmp, *hidden: Visibility, patient: Patient = PATIENT) -> EntryMetadata:
        prepare(ris, patient)
        ris(SetVisibility(report_id="R1", hidden=hidden))
        validate(ris)
        return sent_entry(dmp)

    def test_sends_without_qualification(self, start: Start, dmp: FakeDmp) -> None:
        provisional = msgspec.structs.replace(PATIENT, identity_status=IdentityStatus.PROVISIONAL)
        self.feed(start(faults=("envoie-sans-qualification",)), dmp, patient=provisional)

    def test_ins_of_the_record_on_screen_before(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("ins-du-dossier-precedent",))
        ris(RegisterPatient(patient=OTHER))
        assert cx(self.feed(ris, dmp).patient_id)[0] == "207058575627097"

    def test_reset_forgets_the_record_on_screen_before(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("ins-du-dossier-precedent",))
        ris(RegisterPatient(patient=OTHER))
        ris(Reset())
        assert cx(self.feed(ris, dmp).patient_id)[0] == "279035121518989"

    def test_another_ins_in_the_cda(self, start: Start, dmp: FakeDmp) -> None:
        entry = self.feed(start(faults=("ins-du-cda-perdu-ou-autre",)), dmp)
        assert cx(entry.patient_id)[0] == "279035121518989"
        assert read_cda(sent_document(dmp.message("TD2.1"))).ins == "277076322082910"

    @pytest.mark.parametrize(
        ("fault", "hidden", "sent"),
        [
            ("invisible-patient-oublie", Visibility.HIDDEN_FROM_PATIENT, []),
            ("invisible-devient-masque", Visibility.HIDDEN_FROM_PATIENT, ["MASQUE_PS"]),
            ("visibilite-perdue-a-l-envoi", Visibility.MASKED_FROM_PROFESSIONALS, []),
            ("masquage-oublie", Visibility.MASKED_FROM_PROFESSIONALS, []),
            ("representants-oublies", Visibility.HIDDEN_FROM_REPRESENTATIVES, []),
            ("code-hl7-au-lieu-du-code-dmp", Visibility.HIDDEN_FROM_REPRESENTATIVES, ["INVISIBLE_REP_LEGAUX"]),
        ],
    )
    def test_visibility(self, start: Start, dmp: FakeDmp, fault: str, hidden: Visibility, sent: list[str]) -> None:
        entry = self.feed(start(faults=(fault,)), dmp, hidden)
        assert [code.code for code in entry.confidentiality] == ["N", *sent]

    @pytest.mark.parametrize(
        ("fault", "at_first", "afterwards"),
        [
            ("masquage-apres-le-depot", ["N"], ["N", "MASQUE_PS"]),
            ("choix-sous-le-systeme-des-niveaux", ["N", "MASQUE_PS"], []),
            ("niveau-restreint-au-lieu-de-masque", ["N", "R"], []),
        ],
    )
    def test_masking(self, start: Start, dmp: FakeDmp, fault: str, at_first: list[str], afterwards: list[str]) -> None:
        entry = self.feed(start(faults=(fault,)), dmp, Visibility.MASKED_FROM_PROFESSIONALS)
        assert [code.code for code in entry.confidentiality] == at_first
        updates = [read_submission(message.body).entries[0] for name, message in dmp.received if name == "TD3.3"]
        assert [[code.code for code in update.confidentiality] for update in updates] == [afterwards] * bool(afterwards)

    def test_the_choice_in_the_cda_alone(self, start: Start, dmp: FakeDmp) -> None:
        entry = self.feed(start(faults=("choix-dans-le-seul-cda",)), dmp, Visibility.HIDDEN_FROM_PATIENT)
        assert [code.code for code in entry.confidentiality] == ["N"]
        assert read_cda(sent_document(dmp.message("TD2.1"))).confidentiality == "R"

    @pytest.mark.parametrize(
        ("fault", "sent"),
        [("", ["N"]), ("choix-du-compte-rendu-precedent", ["N", "MASQUE_PS"])],
        ids=["honest", "kept"],
    )
    def test_boxes_ticked_for_another_report(self, start: Start, dmp: FakeDmp, fault: str, sent: list[str]) -> None:
        ris = start(faults=(fault,) if fault else ())
        prepare(ris)
        ris(SaveDraft(report=msgspec.structs.replace(REPORT, report_id="R2")))
        ris(SetVisibility(report_id="R2", hidden=(Visibility.MASKED_FROM_PROFESSIONALS,)))
        validate(ris)
        assert [code.code for code in sent_entry(dmp).confidentiality] == sent

    def test_a_decision_that_breaks_is_shown_not_swallowed(
        self, start: Start, dmp: FakeDmp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = Fault(
            name="casse",
            breaks="DMP-INS-18",
            family=Family.DECISION,
            doc="Se trompe de nombre d'arguments.",
            decisions={"ins_of_document": lambda _patient: None},
        )
        monkeypatch.setitem(ALTERATIONS, broken.name, broken)  # type: ignore[arg-type]  # a dict, shown as a Mapping
        ris = start(faults=(broken.name,))
        prepare(ris)
        validate(ris)
        shown, reason = status(ris)
        assert (shown, reason.partition(" :")[0]) == ("échec : erreur du produit", "TypeError")
        traces = [row["detail"] for row in ris(Inspect(view="traces", patient_id="P1")).displayed]
        assert any("échec : erreur du produit" in detail for detail in traces)
        assert "TD2.1" not in dmp.transactions

    def test_the_need_for_an_announcement_is_lost(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("besoin-d-annonce-ignore",))
        prepare(ris)
        ris(RequireAnnouncement(report_id="R1"))
        validate(ris)
        assert [code.code for code in sent_entry(dmp).confidentiality] == ["N"]

    def test_the_need_for_an_announcement_is_forgotten_with_the_earlier_text(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("annonce-perdue-a-la-reprise",))
        prepare(ris)
        ris(RequireAnnouncement(report_id="R1"))
        ris(SaveDraft(report=REPORT))
        validate(ris)
        assert [code.code for code in sent_entry(dmp).confidentiality] == ["N"]

    @pytest.mark.parametrize(
        ("fault", "agreement", "transactions"),
        [
            ("consulte-sans-accord", None, ["TD0.2", "TD0.3"]),
            ("consulte-sans-accord", Agreement.REFUSED, []),
            ("consulte-malgre-le-refus", Agreement.REFUSED, ["TD0.2", "TD0.3"]),
            ("consulte-malgre-le-refus", None, []),
            ("autorisation-avant-accord", None, ["TD0.3"]),
            ("autorisation-jamais-declaree", Agreement.GIVEN, ["TD0.2"]),
            ("autorisation-au-nom-d-un-autre", Agreement.GIVEN, ["TD0.2", "TD0.3"]),
        ],
    )
    def test_consultation(
        self, start: Start, dmp: FakeDmp, fault: str, agreement: Agreement | None, transactions: list[str]
    ) -> None:
        ris = start(faults=(fault,))
        prepare(ris)
        sign_in(ris)
        if agreement is not None:
            ris(RecordConsent(patient_id="P1", agreement=agreement, episode="EP1"))
        ris(OpenDmp(patient_id="P1"))
        assert dmp.transactions == transactions

    def test_another_name_declares(self, start: Start, dmp: FakeDmp) -> None:
        ris = start(faults=("autorisation-au-nom-d-un-autre",))
        prepare(ris)
        sign_in(ris)
        ris(AGREED)
        ris(OpenDmp(patient_id="P1"))
        security = dmp.message("TD0.3").security
        assert security is not None
        assert read_vihf(security).name_id != RADIOLOGIST.ps_id
