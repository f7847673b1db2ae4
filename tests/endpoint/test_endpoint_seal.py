"""The signature of a submission is measured at reception: valid, absent or broken, and never guessed."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from dmp_client import REPORT, Client, MemoryRecorder, entry

from dmp_imagerie.endpoint.pki import Pair, Pki
from dmp_imagerie.wire.build.xades import build_submission_signature
from dmp_imagerie.wire.xades import SIGNATURE_CLASS, SIGNATURE_TYPE

SET = "1.2.250.1.999.1.1.7898.77"
DOCUMENT = entry()


def signed(pair: Pair, content: bytes = REPORT) -> bytes:
    key = serialization.load_pem_private_key(Path(pair.key).read_bytes(), None)
    certificate = x509.load_pem_x509_certificate(Path(pair.certificate).read_bytes())
    return build_submission_signature(
        {DOCUMENT.unique_id: content},
        SET,
        key=key,  # type: ignore[arg-type]  # the PKI makes RSA and EC keys only
        certificate=certificate,
        signature_id="signature",
        signed_at="2026-11-23T10:00:00Z",
    )


def send(client: Client, signature: bytes | None) -> None:
    sealed = entry("seal", "1.2.3.4", class_code=SIGNATURE_CLASS, type_code=SIGNATURE_TYPE, hash="", size=None)
    documents = {"doc": REPORT} if signature is None else {"doc": REPORT, "seal": signature}
    client.submit(*((DOCUMENT,) if signature is None else (DOCUMENT, sealed)), documents=documents, set_unique_id=SET)


def test_a_signature_over_what_was_sent_is_valid(client: Client, pki: Pki, recorder: MemoryRecorder) -> None:
    send(client, signed(pki.centre_seal))
    exchange = recorder.only()
    assert exchange.refusal == ""
    assert exchange.measures.seal is not None
    assert (exchange.measures.seal.status, exchange.measures.seal.purpose) == ("valide", "signature")
    assert not [alert for alert in exchange.alerts if alert.startswith("signature-du-lot")]


def test_no_signature_is_told_and_served(client: Client, recorder: MemoryRecorder) -> None:
    send(client, None)
    exchange = recorder.only()
    assert exchange.refusal == ""
    assert exchange.measures.seal is not None
    assert exchange.measures.seal.status == "absente"
    assert [alert for alert in exchange.alerts if alert.startswith("signature-du-lot : absente")]


@pytest.mark.parametrize("content", [b"<autre/>", REPORT.replace(b"rendu", b"perdu")])
def test_a_signature_over_something_else_is_invalid(
    client: Client, pki: Pki, recorder: MemoryRecorder, content: bytes
) -> None:
    send(client, signed(pki.centre_seal, content))
    seal = recorder.only().measures.seal
    assert seal is not None
    assert seal.status == "invalide"
    assert seal.reason
