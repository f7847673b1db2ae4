"""Two products whose messages the kit cannot all attribute to a patient of its own."""

import contextlib
import ssl
from dataclasses import replace
from pathlib import Path

import httpx

from dmp_imagerie.connectors.contract import Surroundings
from dmp_imagerie.connectors.faults import OTHER_INS
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.endpoint.dmp import MAX_BODY
from dmp_imagerie.endpoint.pki import Flaw
from dmp_imagerie.model.values import IdentityStatus, Ins, Patient

SOAP = "application/soap+xml"
NOISE = {
    "/registry": (SOAP, b"<pas du XML"),
    "/patients": (SOAP, b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>"),
    "/repository": ('multipart/related; type="application/xop+xml"; boundary="absente"', b"--autre\r\n\r\n"),
    "/habilitations": (SOAP, bytes(MAX_BODY + 1)),
    "/inconnu": (SOAP, b"<a/>"),
}
"""What is sent to each service: its media type and its body."""


class NoisyLine(ReferenceConnector):
    """Honest, on a line where others send what no connector should, just before it starts working.

    ``answers`` keeps what the noise was answered, by service.
    """

    answers: dict[str, int] = {}

    def opened(self, surroundings: Surroundings) -> None:
        tls = surroundings.centre_tls
        with _client(surroundings, tls.certificate, tls.key) as http:
            for service, (media, body) in NOISE.items():
                answer = http.post(surroundings.dmp_url + service, content=body, headers={"Content-Type": media})
                self.answers[service] = answer.status_code
        expired = Path(surroundings.ca_file).parent / Flaw.EXPIRED
        for pair in ((), (f"{expired}.crt", f"{expired}.key")):
            with _client(surroundings, *pair) as http, contextlib.suppress(httpx.TransportError):
                http.get(surroundings.dmp_url)
                raise AssertionError("the handshake was accepted")
        super().opened(surroundings)


class UnderAnotherName(ReferenceConnector):
    """Sends the reports of identities that are not qualified too, but under an INS that no scenario knows."""

    def __init__(self) -> None:
        super().__init__()
        self._decisions = replace(
            self._decisions, may_send=lambda patient: patient.ins is not None, ins_of_document=_ins_or_other
        )


def _ins_or_other(patient: Patient, _previous: Patient | None) -> Ins | None:
    return patient.ins if patient.identity_status is IdentityStatus.QUALIFIED else OTHER_INS


def _client(surroundings: Surroundings, *pair: str) -> httpx.Client:
    context = ssl.create_default_context(cafile=surroundings.ca_file)
    if pair:
        context.load_cert_chain(*pair)
    return httpx.Client(verify=context, trust_env=False, timeout=20)
