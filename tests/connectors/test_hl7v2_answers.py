"""The HL7v2 driver: what becomes of every answer a product may give, and of none."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from fake_dmp import PATIENT, RADIOLOGIST, REPORT
from hl7v2_driven import GIVEN, HIDE, INS, VALIDATE, Drive
from mllp_product import HANG_UP, MllpProduct, Say, ack

from dmp_imagerie.connectors.contract import (
    DeleteReport,
    DriverError,
    RecordInformation,
    ReplaceReport,
    Status,
    Surroundings,
)
from dmp_imagerie.connectors.hl7v2 import exchange
from dmp_imagerie.connectors.hl7v2.connector import Hl7v2Connector
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pki
from dmp_imagerie.endpoint.platform import SimulatedPlatform
from dmp_imagerie.endpoint.relay import Relay
from dmp_imagerie.endpoint.transports.guard import loopback_only
from dmp_imagerie.endpoint.transports.mllp import MllpServer
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.wire.hl7v2 import AckCode, AckError
from dmp_imagerie.wire.mllp import frame
from dmp_imagerie.wire.read.hl7v2 import Message, field

ERROR = AckError(code="207", location="PID^1^3", application_code="903", message="PID-3 sans INS")


def drip() -> Iterator[bytes]:
    """An answer that never ends."""
    yield b"\x0bMSH"
    while True:
        yield b"."


class TestAnswers:
    @pytest.mark.parametrize(
        ("say", "told"),
        [
            (lambda m: ack(m, AckCode.ERROR, ERROR), "refusé (AE) : 207/903 en PID^1^3 : PID-3 sans INS"),
            (
                lambda m: ack(m, AckCode.REJECTED),
                "rejeté, peut être renvoyé (AR) : sans explication (ni ERR, ni MSA-3)",
            ),
            (lambda m: ack(m, AckCode.ERROR, text="patient inconnu"), "refusé (AE) : patient inconnu"),
            (lambda m: ack(m, AckCode.COMMIT_ERROR, text="plein"), "refusé à la réception (CE) : plein"),
            (lambda m: ack(m, AckCode.COMMIT_REJECTED), "rejeté à la réception, peut être renvoyé (CR) : sans"),
        ],
    )
    def test_a_no_is_a_refusal_with_the_product_s_words(self, drive: Drive, say: Say, told: str) -> None:
        outcome = drive(say)(GIVEN[0])
        assert outcome.status is Status.REFUSED
        assert told in outcome.messages[0]

    def test_a_product_that_takes_charge_first_is_waited_for(self, drive: Drive) -> None:
        def twice(message: Message) -> Iterator[bytes]:
            yield ack(message, AckCode.COMMIT_ACCEPTED)
            yield ack(message, AckCode.ERROR, text="finalement non")

        outcome = drive(twice)(GIVEN[0])
        assert (outcome.status, "finalement non" in outcome.messages[0]) == (Status.REFUSED, True)

    def test_in_reception_mode_taking_charge_is_the_answer(self, drive: Drive) -> None:
        driven = drive(lambda message: ack(message, AckCode.COMMIT_ACCEPTED), accuse="reception")
        assert driven(GIVEN[0]).status is Status.ACCEPTED
        header = driven.last.content[0]
        assert (field(header, 15), field(header, 16)) == ("AL", "NE")

    @pytest.mark.parametrize(
        ("say", "expected"),
        [
            (lambda _: b"", "pas d'acquittement dans le délai.*--deadline"),
            (lambda m: ack(m, AckCode.COMMIT_ACCEPTED), "n'a que pris en charge .*--option accuse=reception"),
            (
                lambda m: iter([ack(m, AckCode.COMMIT_ACCEPTED), HANG_UP]),
                "n'a que pris en charge .*--option accuse=reception",
            ),
            (lambda m: ack(m)[:20], "commencé sans s'achever dans le délai.*0x1C 0x0D.*Reçu : 'MSH"),
            (lambda _: iter([HANG_UP]), "connexion fermée sans acquittement. Voyez ce que le journal"),
            (lambda m: iter([ack(m)[:20], HANG_UP]), r"connexion fermée sans acquittement.*Reçu : 'MSH"),
            (lambda _: b"HTTP/1.1 400 Bad Request\r\n", r"n'est pas du MLLP.*port HL7v2.*Reçu : 'HTTP/1.1 400"),
            (lambda _: frame(b"bonjour"), r"acquittement illisible.*Reçu : 'bonjour'"),
            (lambda _: frame(b"MSH|^~\\&|A\rMSA|OK|1"), "acquittement illisible.*AA, AE, AR"),
            (lambda m: ack(m, to="autre"), "acquitté un autre message .MSA-2 « autre »"),
            (lambda _: b"\x0b" + b"x" * (exchange.MAX_ACK + 1), "acquittement de plus de 1048576 octets"),
        ],
    )
    def test_every_accident_is_told_within_the_deadline(self, drive: Drive, say: Say, expected: str) -> None:
        with pytest.raises(DriverError, match=f"(?s)ADT.A28 .* vers 127.0.0.1:.*{expected}"):
            drive(say)(GIVEN[0], deadline_s=0.3)

    def test_a_product_that_drips_is_left_at_the_deadline(self, drive: Drive) -> None:
        driven = drive(lambda _: drip())
        with pytest.raises(DriverError, match="commencé sans s'achever dans le délai"):
            driven(GIVEN[0], deadline_s=0.3)

    def test_after_an_accident_the_next_message_has_its_own_chance(self, drive: Drive) -> None:
        answers = iter([b"compte rendu"])
        driven = drive(lambda message: next(answers, b"") or ack(message))
        with pytest.raises(DriverError, match="pas du MLLP"):
            driven(GIVEN[0])
        assert driven(GIVEN[0]).status is Status.DONE

    def test_nobody_listening_is_told_before_any_scenario(self, surroundings: Surroundings) -> None:
        with MllpProduct(ack) as product:
            connector = Hl7v2Connector(product.url)
        with pytest.raises(DriverError, match=r"rien n'écoute à mllp://127.0.0.1:.*Lancez d'abord le produit"):
            connector.start(surroundings)
        connector.stop()

    def test_a_product_that_leaves_is_told(self, drive: Drive) -> None:
        driven = drive()
        driven.product.__exit__()
        with pytest.raises(DriverError, match="rien n'écoute à cette adresse"):
            driven(GIVEN[0])

    def test_the_guard_s_own_words_are_kept(self, surroundings: Surroundings) -> None:
        connector = Hl7v2Connector("mllp://192.0.2.1:2575", distant=True)
        with loopback_only(), pytest.raises(DriverError, match=r"Sortie réseau refusée vers 192.0.2.1"):
            connector.start(surroundings)
        connector.stop()


def test_a_receiver_that_knows_the_volet_takes_it_all(pki: Pki, surroundings: Surroundings, tmp_path: Path) -> None:
    """The simulated platform plays the product: it reads what the driver writes, and files it."""
    clock = ScenarioClock()
    with JournalWriter(tmp_path / "journal", clock) as writer:
        dmp = SimulatedDmp(writer, clock, pki.trust)
        relay = Relay(dmp, clock, pki.platform_seal, surroundings.centre, surroundings.users)
        dmp.control.open_dmp(PATIENT)
        with MllpServer(SimulatedPlatform(relay, writer, clock)) as server:
            connector = Hl7v2Connector(f"mllp://{server.address}")
            connector.start(surroundings)
            newer = msgspec.structs.replace(REPORT, text="Une fracture, finalement.")
            verbs = (
                *(*GIVEN, RecordInformation(patient_id="P1", informed=True), VALIDATE, HIDE),
                *(ReplaceReport(report=newer, ps_id=RADIOLOGIST.ps_id), DeleteReport(report_id="R1", reason="x")),
            )
            outcomes = [connector.call(verb, 10.0) for verb in verbs]
            connector.stop()
        assert [one.status for one in outcomes] == [
            *(Status.DONE, Status.ACCEPTED, Status.ACCEPTED),
            *[Status.DONE] * 5,
        ], [one.messages for one in outcomes]
        reports = [document for document in dmp.control.snapshot(INS)["documents"] if document["type"] == "18748-4"]
    assert [report["status"] for report in reports] == ["Deprecated", "Deprecated", "Deleted"]
