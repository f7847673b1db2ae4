"""The simulated platform: what it files for a product is what the product wrote, and what it refuses it explains."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from dmp_client import CENTRE, INS, PATIENT, RADIOLOGIST, MemoryRecorder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from product_messages import ENVELOPE, WHOLE, ask, request

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.relay import Relay
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import HL7
from dmp_imagerie.model.values import Ins
from dmp_imagerie.wire.build.hl7v2_documents import mdm, oru
from dmp_imagerie.wire.build.hl7v2_patients import adt, identity_with
from dmp_imagerie.wire.hl7v2 import Ack, AckCode, Flag, Order


def refused(platform: SimulatedPlatform, message: bytes) -> tuple[str, str, str, str]:
    """How a refused message is acknowledged: code, error, place and code of the application."""
    ack = ask(platform, message)
    (error,) = ack.errors
    assert error.message
    return ack.code, error.code, error.location, error.application_code


def told(recorder: MemoryRecorder) -> list[tuple[str, str, str]]:
    """The exchanges recorded: transaction, message they were sent for, refusal."""
    return [(one.transaction, one.relayed, one.refusal) for one in recorder.exchanges]


def documents(dmp: SimulatedDmp, status: str = "Approved") -> list[dict[str, Any]]:
    """The reports of PATIENT's DMP, the signatures left out."""
    held = dmp.control.snapshot(INS)["documents"]
    return [one for one in held if one["type"] != "E1762" and one["status"] == status]


class TestFiling:
    def test_a_new_report_is_filed_as_it_was_written(
        self, platform: SimulatedPlatform, dmp: SimulatedDmp, recorder: MemoryRecorder
    ) -> None:
        asked = request()
        assert ask(platform, mdm(ENVELOPE, asked)) == Ack(code=AckCode.ACCEPTED, acknowledged="42")
        assert told(recorder) == [("TD0.2", "42", ""), ("TD2.1", "42", ""), (HL7, "", "")]
        (held,) = documents(dmp)
        assert (held["unique_id"], held["confidentiality"], held["type"]) == (asked.document_id, ["N"], "18748-4")
        submission = recorder.exchanges[1]
        assert submission.measures.seal is not None
        assert (submission.measures.seal.status, submission.patient) == ("valide", INS)
        assert submission.measures.documents[0].sha256 == recorder.exchanges[2].measures.documents[0].sha256

    def test_who_asks_speaks_and_the_platform_signs(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder
    ) -> None:
        ask(platform, mdm(ENVELOPE, request()))
        vihf = recorder.exchanges[1].measures.vihf
        assert vihf is not None
        assert (vihf.name_id, vihf.mode, vihf.structure_id) == (RADIOLOGIST.ps_id, "INDIRECTE", CENTRE.structure_id)
        assert (vihf.roles, vihf.signature) == (("10", "SM44"), "valide")
        assert "ORG_SIGN PFI" in vihf.signer

    @pytest.mark.parametrize(
        ("sender", "expected"),
        [
            ({"person_id": "89990006348", "person_type": "RPPS"}, ("889990006348", ("AUTOMATE",))),
            ({"person_id": "", "device_id": "RIS-1"}, ("RIS-1", ("AUTOMATE",))),
        ],
    )
    def test_who_is_not_in_the_directory_is_an_automaton(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder, sender: dict[str, str], expected: tuple[str, Any]
    ) -> None:
        asked = request()
        assert asked.sender is not None
        ask(platform, mdm(ENVELOPE, request(sender=msgspec.structs.replace(asked.sender, **sender))))
        vihf = recorder.exchanges[1].measures.vihf
        assert vihf is not None
        assert (vihf.name_id, vihf.roles) == expected

    def test_a_finess_becomes_a_national_identifier(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder
    ) -> None:
        asked = request()
        assert asked.sender is not None
        sender = msgspec.structs.replace(asked.sender, structure_id="300017985", structure_type="FINEG")
        ask(platform, mdm(ENVELOPE, request(sender=sender)))
        vihf = recorder.exchanges[1].measures.vihf
        assert vihf is not None
        assert vihf.structure_id == "1300017985"

    @pytest.mark.parametrize("build", [mdm, oru])
    def test_indicators_become_the_dmp_s_own_codes(
        self, platform: SimulatedPlatform, dmp: SimulatedDmp, build: Any
    ) -> None:
        flags = {**request().flags, Flag.HIDDEN_FROM_REPRESENTATIVES: True, Flag.MASKED: True}
        assert ask(platform, build(ENVELOPE, request(flags=flags))).code is AckCode.ACCEPTED
        (held,) = documents(dmp)
        assert held["confidentiality"] == ["N", "MASQUE_PS", "INVISIBLE_REPRESENTANTS_LEGAUX"]

    @pytest.mark.parametrize("build", [mdm, oru])
    def test_a_report_is_replaced_then_withdrawn(
        self, platform: SimulatedPlatform, dmp: SimulatedDmp, recorder: MemoryRecorder, build: Any
    ) -> None:
        first, second = request(1), request(2, order=Order.REPLACE, replaces=request(1).document_id)
        ask(platform, mdm(ENVELOPE, first))
        assert ask(platform, mdm(ENVELOPE, second)).code is AckCode.ACCEPTED
        assert [one["unique_id"] for one in documents(dmp, "Deprecated")] == [first.document_id]
        assert ask(platform, build(ENVELOPE, request(2, order=Order.CANCEL))).code is AckCode.ACCEPTED
        assert documents(dmp) == []
        assert [one.transaction for one in recorder.exchanges[-3:]] == ["TD3.1", "TD3.3c", HL7]

    def test_what_is_not_meant_for_the_dmp_does_not_go_there(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder
    ) -> None:
        assert ask(platform, mdm(ENVELOPE, request(flags=dict.fromkeys(Flag, False)))).code is AckCode.ACCEPTED
        assert told(recorder) == [(HL7, "", "")]

    def test_nothing_that_the_product_should_have_held_back_is_held_back(
        self, platform: SimulatedPlatform, dmp: SimulatedDmp, recorder: MemoryRecorder
    ) -> None:
        identity = msgspec.structs.replace(request().identity, reliability="PROV")
        flags = {**request().flags, Flag.MASKED: True, Flag.HIDDEN_FROM_PATIENT: True}
        assert ask(platform, mdm(ENVELOPE, request(identity=identity, flags=flags))).code is AckCode.ACCEPTED
        (held,) = documents(dmp)
        assert held["confidentiality"] == ["N", "MASQUE_PS", "INVISIBLE_PATIENT"]
        assert any("PROV" in alert for alert in recorder.exchanges[-1].alerts)

    def test_an_ins_is_not_mended(self, platform: SimulatedPlatform, recorder: MemoryRecorder) -> None:
        other = identity_with(PATIENT, Ins(value="277076322082910"), "1.2.250.1.999.1")
        ask(platform, mdm(ENVELOPE, request(identity=other)))
        message = recorder.exchanges[-1]
        assert message.patient == "277076322082910"
        assert {(seen.place, seen.value) for seen in message.measures.ins} == {("pid", "277076322082910"), ("cda", INS)}
        assert "PID-3 et le CDA ne portent pas la même INS" in message.alerts

    def test_the_official_message_is_filed(self, platform: SimulatedPlatform, dmp: SimulatedDmp, samples: Path) -> None:
        message = (samples / "ans-hl7v2/message_MDM_CR_Radio_INIT_N1_Base64.er7").read_bytes()
        assert ask(platform, message).code is AckCode.ACCEPTED
        (held,) = documents(dmp)
        assert held["unique_id"] == "1.2.250.1.71.4.2.2.120456789.71024000081"
        assert held["confidentiality"] == ["N", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"]


class TestIdentities:
    @pytest.mark.parametrize("event", ["A28", "A31", "A04"])
    def test_identity_messages_are_taken_and_attributed(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder, event: Any
    ) -> None:
        assert ask(platform, adt(event, ENVELOPE, request().identity, at="20261123")).code is AckCode.ACCEPTED
        assert (recorder.only().action, recorder.only().patient) == (f"ADT^{event}", INS)

    def test_a_patient_without_ins_is_known_by_their_local_identifier(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder
    ) -> None:
        ask(platform, adt("A28", ENVELOPE, identity_with(PATIENT, None, "1.2.250.1.999.1"), at="20261123"))
        assert (recorder.only().patient, recorder.only().measures.ins) == (PATIENT.local_id, ())


class TestRefusals:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            pytest.param(b"MDM^T02^MDM_T02", b"MDM^T01^MDM_T01", ("AE", "201", "MSH^1^9", ""), id="événement"),
            pytest.param(b"MDM^T02^MDM_T02", b"SIU^S12^SIU_S12", ("AE", "200", "MSH^1^9", ""), id="type"),
            pytest.param(b"|42|T|", b"||T|", ("AE", "101", "MSH^1^10", ""), id="identifiant"),
            pytest.param(b"\rPID|", b"\rPIX|", ("AE", "100", "PID", ""), id="PID"),
            pytest.param(b"\rORC|NW", b"\rORC|CA", ("AE", "199", "ORC^1^1", ""), id="ordre incohérent"),
            pytest.param(b"Base64^", b"Base64^*", ("AE", "102", "OBX^1^5", ""), id="base64"),
            pytest.param(b"PAT-TROIS^", b"PAT\\X01\\TROIS^", ("AE", "102", "", ""), id="caractère de contrôle"),
            pytest.param(b"Base64^PD", b"Base64^AA", ("AE", "100", "OBX^1^5", ""), id="sans CDA"),
            pytest.param(b"||Y^^", b"||O^^", ("AE", "103", "OBX^7^5", ""), id="indicateur"),
            pytest.param(b"DESTDMP", b"DEST", ("AE", "100", "OBX", ""), id="destination absente"),
            pytest.param(b"_REP_LEGAUX", b"_REPRESENTANTS_LEGAUX", ("AE", "100", "OBX", ""), id="orthographe du DMP"),
            pytest.param(b"\rPRT||", b"\rPRX||", ("AE", "100", "PRT", ""), id="expéditeur"),
            pytest.param(b"|899900063480^", b"|^", ("AE", "101", "PRT^1^5", ""), id="professionnel"),
            pytest.param(b"IDNST^^^10B0127189", b"IDNST", ("AE", "101", "PRT^1^8", ""), id="structure"),
            pytest.param(INS.encode() + b"^", b"^", ("AE", "207", "PID^1^3", "903"), id="INS"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place_and_nothing_is_filed(
        self,
        platform: SimulatedPlatform,
        recorder: MemoryRecorder,
        old: bytes,
        new: bytes,
        expected: tuple[str, str, str, str],
    ) -> None:
        assert old in WHOLE
        assert refused(platform, WHOLE.replace(old, new, 1)) == expected
        assert [one.transaction for one in recorder.exchanges] == [HL7]
        assert recorder.only().refusal.startswith("HL7-")
        assert recorder.alerts == []

    def test_what_is_no_hl7_at_all_is_answered(self, platform: SimulatedPlatform, recorder: MemoryRecorder) -> None:
        assert refused(platform, b"bonjour") == ("AE", "199", "", "")
        assert (recorder.only().action, recorder.only().patient) == ("", "")

    def test_a_damaged_mail_body_does_not_matter(self, platform: SimulatedPlatform) -> None:
        mail = b"OBX|12|ED|CORPSMAIL_PS^Corps^MetaDMPMSS||^text^^Base64^*||||||F\r"
        assert ask(platform, WHOLE + mail).code is AckCode.ACCEPTED

    def test_a_replacement_that_does_not_say_of_what_is_refused(self, platform: SimulatedPlatform) -> None:
        assert refused(platform, mdm(ENVELOPE, request(order=Order.REPLACE))) == ("AE", "101", "TXA^1^13", "")

    def test_the_dmp_s_refusal_comes_back_in_its_own_words(
        self, platform: SimulatedPlatform, dmp: SimulatedDmp, recorder: MemoryRecorder
    ) -> None:
        ask(platform, WHOLE)
        ack = ask(platform, WHOLE)
        (error,) = ack.errors
        assert (ack.code, error.code, error.application_code) == (AckCode.ERROR, "207", "906")
        assert error.diagnostic == "XDSDuplicateUniqueIdInRegistry"
        assert recorder.exchanges[-1].refusal == "XDSDuplicateUniqueIdInRegistry"
        dmp.control.close_dmp(INS)
        assert refused(platform, mdm(ENVELOPE, request(3)))[1:] == ("207", "", "906")
        dmp.control.reset()
        assert refused(platform, mdm(ENVELOPE, request(4)))[1:] == ("207", "", "902")
        assert recorder.alerts == []

    def test_a_document_to_replace_that_is_not_there(self, platform: SimulatedPlatform) -> None:
        asked = request(2, order=Order.REPLACE, replaces="1.2.3")
        assert refused(platform, mdm(ENVELOPE, asked)) == ("AE", "207", "", "900")

    def test_the_platform_s_own_failure_is_the_kit_s_and_the_message_may_come_again(
        self, platform: SimulatedPlatform, recorder: MemoryRecorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_arguments: object, **_options: object) -> None:
            raise RuntimeError("panne")

        monkeypatch.setattr(Relay, "carry", fail)
        ack = ask(platform, WHOLE)
        assert ack.code is AckCode.REJECTED
        assert [alert.kind for alert in recorder.alerts] == ["banc"]
        assert "panne" in recorder.alerts[0].message

    def test_a_seal_the_dmp_refuses_is_the_kit_s_fault_too(
        self, dmp: SimulatedDmp, pki: Pki, recorder: MemoryRecorder
    ) -> None:
        clock = ScenarioClock()
        wrong = SimulatedPlatform(Relay(dmp, clock, pki.centre_tls, CENTRE, [RADIOLOGIST]), recorder, clock)
        assert ask(wrong, WHOLE).code is AckCode.REJECTED
        assert "DMPInvalidCertificate" in recorder.alerts[0].message


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.integers(0, len(WHOLE)),
    st.integers(0, 40),
    st.binary(max_size=6)
    | st.sampled_from([b"|", b"^^", b"~", b"&", b"\\", b"\\X01\\", b"\r", b"\rOBX|", "é".encode()]),
)
def test_no_damage_to_a_message_is_ever_the_kit_s_fault(
    platform: SimulatedPlatform, recorder: MemoryRecorder, start: int, length: int, put: bytes
) -> None:
    head = WHOLE.index(b"Base64^")
    position = start % head if start % 2 else start  # half of the damage where most of the fields are
    ack = ask(platform, WHOLE[:position] + put + WHOLE[position + length :])
    assert ack.code in {AckCode.ACCEPTED, AckCode.ERROR}
    assert recorder.alerts == []
