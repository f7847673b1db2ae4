"""What the simulated DMP turns away at the door: always the right answer, and exactly one exchange recorded."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from dmp_client import (
    COLLEAGUE,
    INS,
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
from dmp_imagerie.endpoint.http import Request, Response
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.store import Store
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.values import AuthorisationStatus, Ins
from dmp_imagerie.wire.build.vihf import VihfCode, build_vihf
from dmp_imagerie.wire.namespaces import SOAP11, SOAP12
from dmp_imagerie.wire.read.xds import read_registry_response

ADDRESSING = "MessageAddressingHeaderRequired"


def without(tag: bytes) -> Callable[[bytes], bytes]:
    """Take one WS-Addressing header out of an envelope."""

    def damage(envelope: bytes) -> bytes:
        start = envelope.index(b"<" + tag)
        empty = envelope.find(b"/>", start)
        close = envelope.find(b"</" + tag + b">", start)
        end = close + len(tag) + 3 if close >= 0 else empty + 2
        return envelope[:start] + envelope[end:]

    return damage


class TestAddressing:
    @pytest.mark.parametrize("header", [b"MessageID", b"To", b"ReplyTo", b"Action"])
    def test_a_missing_header_is_refused(self, header: bytes, client: Client, recorder: MemoryRecorder) -> None:
        fault = fault_of(client.exists(damage=without(header)))
        assert (fault.code, fault.subcode) == ("Sender", ADDRESSING)
        assert fault.reason.startswith("A required header representing a Message Addressing Property")
        assert recorder.only().refusal == ADDRESSING

    def test_an_empty_to_is_accepted(self, client: Client, recorder: MemoryRecorder) -> None:
        assert client.exists().status == 200
        assert recorder.only().refusal == ""

    def test_no_reply_to_is_served_when_lenient(self, recorder: MemoryRecorder, pki: Pki) -> None:
        lenient = SimulatedDmp(recorder, ScenarioClock(), pki.trust, lenient=True)
        assert Client(pki, lenient.handle).exists(damage=without(b"ReplyTo")).status == 200
        assert any("ReplyTo" in alert for alert in recorder.only().alerts)

    def test_security_marked_must_understand_is_refused(self, client: Client) -> None:
        def mark(envelope: bytes) -> bytes:
            return envelope.replace(b"<wsse:Security ", b'<wsse:Security soap:mustUnderstand="true" ')

        fault = fault_of(client.exists(damage=mark))
        assert fault.code == "MustUnderstand"
        assert "Security" in fault.reason

    def test_an_envelope_of_soap_1_1_is_refused(self, client: Client, recorder: MemoryRecorder) -> None:
        old = client.exists(damage=lambda envelope: envelope.replace(SOAP12.encode(), SOAP11.encode()))
        assert fault_of(old).code == "VersionMismatch"
        assert recorder.only().refusal == "VersionMismatch"

    def test_a_header_twice_is_refused(self, client: Client) -> None:
        to = b'<To xmlns="http://www.w3.org/2005/08/addressing"></To>'
        twice = client.exists(damage=lambda envelope: envelope.replace(b"</soap:Header>", to + b"</soap:Header>"))
        assert fault_of(twice).subcode == "InvalidAddressingHeader"

    def test_another_action_is_noted(self, client: Client, recorder: MemoryRecorder) -> None:
        old = client.exists(damage=lambda envelope: envelope.replace(b"PRPA_IN201307UV02</", b"PRPA_IN201305UV02</"))
        assert old.status == 200
        assert any("wsa:Action" in alert for alert in recorder.only().alerts)

    def test_the_answer_relates_to_the_request(self, client: Client) -> None:
        addressing = message_of(client.exists()).addressing
        assert addressing.relates_to is not None
        assert addressing.action == "urn:hl7-org:v3:PRPA_IN201308UV02"


class TestVihf:
    def test_none_is_refused(self, client: Client, recorder: MemoryRecorder) -> None:
        response = client.exists(damage=without(b"wsse:Security"))
        assert fault_of(response).subcode == recorder.only().refusal == "SimVihfAbsent"
        assert recorder.only().measures.vihf is None

    def test_one_changed_after_signature_is_refused(self, client: Client, recorder: MemoryRecorder) -> None:
        name = RADIOLOGIST.ps_id.encode()
        response = client.exists(damage=lambda envelope: envelope.replace(name + b"<", b"899900000001<"))
        assert fault_of(response).subcode == "DMPInvalidCertificate"
        measure = recorder.only().measures.vihf
        assert measure is not None
        assert (measure.name_id, measure.signature) == ("899900000001", "invalide")

    def test_one_signed_with_the_authentication_pair_is_refused(self, client: Client, pki: Pki) -> None:
        wrong = client.signed(vihf(), pki.users[RADIOLOGIST.ps_id].authentication)
        fault = fault_of(client.exists(security=wrong))
        assert (fault.code, fault.subcode) == ("Sender", "DMPInvalidCertificate")
        assert "Not a valid signature certificate" in fault.reason

    def test_one_without_signature_is_tolerated_in_direct_mode_only(
        self, client: Client, recorder: MemoryRecorder
    ) -> None:
        assert client.exists(security=build_vihf(vihf())).status == 200
        assert any("non signé" in alert for alert in recorder.only().alerts)
        assert fault_of(client.exists(security=build_vihf(vihf(mode="INDIRECTE")))).subcode == "SimVihfNonSigne"

    def test_one_without_patient_is_refused(self, client: Client) -> None:
        assert fault_of(client.exists(security=vihf(ins=None))).subcode == "SimVihfIncomplet"

    def test_a_doctor_without_specialty_is_refused(self, client: Client) -> None:
        profession = vihf().roles[:1]
        assert fault_of(client.exists(security=vihf(roles=profession))).subcode == "SimSpecialiteAbsente"

    def test_a_manipulateur_needs_no_specialty(self, client: Client) -> None:
        role = VihfCode(code="98", code_system="1.2.250.1.71.1.2.7", display_name="Manipulateur ERM")
        assert client.exists(security=vihf(roles=(role,))).status == 200

    def test_what_it_says_is_measured(self, client: Client, recorder: MemoryRecorder) -> None:
        client.exists()
        measure = recorder.only().measures.vihf
        assert measure is not None
        assert (measure.mode, measure.structure_id, measure.roles) == ("DIRECTE", "10B0127189", ("10", "SM44"))
        assert (measure.signature, measure.purpose) == ("valide", "signature")
        assert RADIOLOGIST.ps_id in measure.signer


class TestRights:
    def test_indirect_mode_feeds_and_never_reads(self, client: Client, dmp: SimulatedDmp, pki: Pki) -> None:
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.VALID)

        def seal() -> object:
            return client.signed(vihf(mode="INDIRECTE"), pki.centre_seal)

        assert client.exists(security=seal()).status == 200
        assert read_registry_response(message_of(client.submit(entry(), security=seal())).body).status == "Success"
        for refused in (
            client.authorise(security=seal()),
            client.find(security=seal()),
            client.retrieve(entry().unique_id, security=seal()),
        ):
            assert fault_of(refused).subcode == "SimModeNonHabilite"

    def test_reinforced_mode_reads_and_does_not_feed(self, client: Client, dmp: SimulatedDmp, pki: Pki) -> None:
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.VALID)
        air = client.signed(vihf(mode="INDIRECTE_RENFORCEE"), pki.centre_seal)
        assert client.find(security=air).status == 200
        assert fault_of(client.submit(entry(), security=air)).subcode == "SimModeNonHabilite"

    def test_an_unknown_mode_is_refused(self, client: Client) -> None:
        assert fault_of(client.exists(security=vihf(mode="DIRECT"))).subcode == "SimVihfIncomplet"


class TestBytes:
    @pytest.mark.parametrize(
        ("body", "media"),
        [
            (b"", "application/soap+xml"),
            (b"<oups", "application/soap+xml"),
            (b"\x00\xff\xfe", "application/soap+xml"),
            (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "application/soap+xml"),
            (b"<a/>", "application/soap+xml"),
            (b"--b\r\n\r\n<a/>\r\n", 'multipart/related; boundary="b"'),
            (b"rien", "multipart/related"),
            (b"--b\r\n\r\n<a/>\r\n--b--", 'multipart/related; boundary="b"; start="<\x01>"'),
        ],
    )
    def test_what_cannot_be_read_is_a_fault(
        self, body: bytes, media: str, client: Client, recorder: MemoryRecorder
    ) -> None:
        response = client.raw("repository", body, media)
        assert (response.status, fault_of(response).subcode) == (500, "SimMessageIllisible")
        exchange = recorder.only()
        assert (exchange.transaction, exchange.refusal) == ("", "SimMessageIllisible")
        assert recorder.pieces.get(exchange.request.body, b"") == body

    def test_too_large_a_body_is_neither_read_nor_kept(self, recorder: MemoryRecorder, pki: Pki) -> None:
        small = SimulatedDmp(recorder, ScenarioClock(), pki.trust, max_body=1000)
        response = small.handle(Request(method="POST", path=f"{small.base_path}/repository", body=b"x" * 1001))
        exchange = recorder.only()
        assert (response.status, exchange.request.body, exchange.request.size) == (413, "", 1001)
        assert exchange.alerts

    def test_the_limit_is_50_megabytes(self, dmp: SimulatedDmp, recorder: MemoryRecorder) -> None:
        assert dmp.max_body == 50 * 1024 * 1024
        assert dmp.refuse_oversized(Request(method="POST", path="/"), dmp.max_body + 1).status == 413
        assert recorder.only().refusal == "SimMessageTropVolumineux"

    @pytest.mark.parametrize(("path", "method", "status"), [("inconnu", "POST", 404), ("registry", "GET", 405)])
    def test_another_address_or_method(
        self, path: str, method: str, status: int, client: Client, recorder: MemoryRecorder
    ) -> None:
        assert client.raw(path, b"", method=method).status == status
        assert recorder.only().response.start == str(status)

    def test_a_message_at_the_wrong_address_is_refused(self, client: Client) -> None:
        assert fault_of(client.exists(path="registry")).subcode == "SimOperationInconnue"

    def test_bodies_are_kept_as_pieces(self, client: Client, recorder: MemoryRecorder) -> None:
        response = client.submit(entry())
        exchange = recorder.only()
        assert REPORT in recorder.pieces[exchange.request.body]
        assert recorder.pieces[exchange.response.body] == response.body
        assert exchange.request.start == "POST /si-dmp-server/v2/services/repository"


@pytest.mark.parametrize("program", ["drimbox", "drimbox2", "hietesttool", "wxdsb"])
def test_requests_of_real_programs_are_answered(
    program: str, samples: Path, dmp: SimulatedDmp, recorder: MemoryRecorder
) -> None:
    captured = sorted((samples / "captured" / program).glob("*.http"))
    for path in captured:
        head, _, body = path.read_bytes().partition(b"\r\n\r\n")
        start, *lines = head.decode("ascii").splitlines()
        headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
        method, target, _ = start.split()
        assert dmp.handle(Request(method=method, path=target, headers=headers, body=body)).body
    assert len(recorder.exchanges) == len(captured) > 0
    assert recorder.alerts == []


@pytest.mark.parametrize(
    ("name", "path", "transaction", "refusal", "alert"),
    [
        # DRIMbox: odd wire forms are accepted, its content is judged; its certificate is foreign to the test authority.
        ("drimbox/01", "", "TD2.1", "XDSNonIdenticalHash", "mime-lf"),
        ("drimbox/02", "", "TD2.1", "XDSNonIdenticalHash", "mime-lf"),
        ("drimbox2/01", "", "TD3.1", "", "DMPInvalidCertificate"),
        ("drimbox2/02", "", "TD3.1", "", "DMPInvalidCertificate"),
        ("drimbox2/03", "", "TD3.1", "", "DMPInvalidCertificate"),
        ("drimbox2/04", "", "TD3.2", "XDSDocumentUniqueIdError", "DMPInvalidCertificate"),
        ("drimbox2/05", "", "TD0.2", "", "DMPInvalidCertificate"),
        ("drimbox2/06", "", "TD0.3", "", "DMPInvalidCertificate"),
        ("drimbox2/07", "", "TD3.3c", "UnresolvedReferenceException", "type-de-contenu"),
        # Programs of other countries: no VIHF of the DMP, so their content is measured and never filed.
        ("hietesttool/01", "repository", "TD2.1", "SimVihfIncomplet", "fiche-sans-document"),
        ("wxdsb/01", "repository", "TD2.1", "SimVihfAbsent", ""),
    ],
)
def test_real_programs_get_the_answer_their_faults_deserve(
    name: str, path: str, transaction: str, refusal: str, alert: str, samples: Path, recorder: MemoryRecorder, pki: Pki
) -> None:
    """A diagnostic DMP shows what lies behind the VIHF of these recordings, which proves nothing by itself."""
    file = samples / "captured" / f"{name}.http"
    if not file.is_file():
        pytest.skip(f"échantillons absents : {file}")
    head, _, body = file.read_bytes().partition(b"\r\n\r\n")
    start, *lines = head.decode("ascii").splitlines()
    headers = tuple((label, value) for label, _, value in (line.partition(": ") for line in lines))
    dmp = SimulatedDmp(recorder, ScenarioClock(), pki.trust, lenient=True, diagnostic=True)
    target = f"{dmp.base_path}/{path}" if path else start.split()[1]
    request = Request(method="POST", path=target, headers=headers, body=body)
    dmp.handle(request)  # tells whose DMP to open
    seen = recorder.only().measures
    if seen.vihf is not None and recorder.only().patient:
        dmp.control.open_dmp(msgspec.structs.replace(PATIENT, ins=Ins(value=seen.ins[0].value, oid=seen.ins[0].oid)))
        dmp.control.set_authorisation(seen.ins[0].value, seen.vihf.name_id, AuthorisationStatus.VALID)
    dmp.handle(request)
    exchange = recorder.exchanges[-1]
    assert (exchange.transaction, exchange.refusal) == (transaction, refusal)
    assert alert in "\n".join((*exchange.alerts, *(waived.code for waived in exchange.waived)))


class TestDiagnostic:
    @pytest.fixture
    def diagnostic(self, recorder: MemoryRecorder, pki: Pki) -> Client:
        dmp = SimulatedDmp(recorder, ScenarioClock(), pki.trust, diagnostic=True)
        dmp.control.open_dmp(PATIENT)
        assert dmp.diagnostic
        return Client(pki, dmp.handle)

    def test_an_ordinary_dmp_is_none(self, dmp: SimulatedDmp) -> None:
        assert dmp.diagnostic is False

    def test_refusals_at_the_door_are_noted_and_the_request_served(
        self, diagnostic: Client, recorder: MemoryRecorder, pki: Pki
    ) -> None:
        wrong = vihf(roles=vihf().roles[:1])
        badly_signed = diagnostic.signed(wrong, pki.users[RADIOLOGIST.ps_id].authentication)
        assert diagnostic.exists(security=badly_signed, damage=without(b"ReplyTo")).status == 200
        exchange = recorder.only()
        assert exchange.refusal == ""
        assert [waived.code for waived in exchange.waived] == [
            ADDRESSING,
            "DMPInvalidCertificate",
            "SimSpecialiteAbsente",
        ]

    def test_a_right_of_the_mode_is_ignored_and_the_transaction_s_own_is_not(
        self, diagnostic: Client, recorder: MemoryRecorder, pki: Pki
    ) -> None:
        air = diagnostic.signed(vihf(mode="INDIRECTE_RENFORCEE"), pki.centre_seal)
        assert diagnostic.submit(entry(), security=air).status == 200
        assert [waived.code for waived in recorder.only().waived] == ["SimModeNonHabilite"]
        assert fault_of(diagnostic.find()).subcode == "SimAccesNonAutorise"

    @pytest.mark.parametrize("broken", ["vihf", "patient", "operation"])
    def test_what_cannot_be_served_is_still_refused(self, broken: str, diagnostic: Client) -> None:
        if broken == "vihf":
            assert fault_of(diagnostic.exists(damage=without(b"wsse:Security"))).subcode == "SimVihfAbsent"
        elif broken == "patient":
            assert fault_of(diagnostic.exists(security=vihf(ins=None))).subcode == "SimVihfIncomplet"
        else:
            assert fault_of(diagnostic.exists(path="registry")).subcode == "SimOperationInconnue"


def test_the_kit_s_own_fault_is_answered_and_shown(
    client: Client, recorder: MemoryRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Store, ins: str) -> None:
        raise RuntimeError("panne voulue")

    monkeypatch.setattr(Store, "find", broken)
    response: Response = client.exists()
    assert (response.status, fault_of(response).code) == (500, "Receiver")
    assert recorder.only().refusal == "SimErreurDuBanc"
    (alert,) = recorder.alerts
    assert alert.kind == "banc"
    assert "panne voulue" in alert.message


def test_two_professionals_are_told_apart(client: Client, dmp: SimulatedDmp) -> None:
    client.authorise()
    assert dmp.control.authorisation(INS, RADIOLOGIST.ps_id) is AuthorisationStatus.VALID
    assert dmp.control.authorisation(INS, COLLEAGUE.ps_id) is AuthorisationStatus.NONE
