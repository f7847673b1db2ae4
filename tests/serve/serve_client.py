"""A sandbox in a process of its own, and what a vendor does with what it prints."""

import contextlib
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree, html

from dmp_imagerie.connectors.contract import KeyPair
from dmp_imagerie.model.clock import iso
from dmp_imagerie.runner.cast import CENTRE, RADIOLOGIST
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.hl7v3 import existence_query
from dmp_imagerie.wire.build.soap import soap_envelope
from dmp_imagerie.wire.build.vihf import VihfCode, VihfContent, build_vihf, sign_assertion
from dmp_imagerie.wire.build.xds_query import stored_query
from dmp_imagerie.wire.read.hl7v3 import ExistenceAnswer, read_existence_answer
from dmp_imagerie.wire.read.soap import SoapMessage, read_soap

OID = "1.2.250.1.213.1.4.10"
HOMOLOGATION = "NUMERO-SECRET"
STARTED = "Ctrl-C pour arrêter."
KIT = (sys.executable, "-m", "dmp_imagerie")


@dataclass
class Printed:
    """What ``serve`` printed, read as a person would: by the words beside each value."""

    text: str
    signs_with: str = "signature"
    services: dict[str, str] = field(init=False)
    pairs: dict[str, KeyPair] = field(init=False)
    page: str = field(init=False)

    def __post_init__(self) -> None:
        self.services = dict(re.findall(r"^  (\w+) +(https://\S+)", self.text, re.MULTILINE))
        found = re.findall(r"^  (\S.*)\n    certificat +(\S.*)\n    clé +(\S.*)$", self.text, re.MULTILINE)
        self.pairs = {purpose: KeyPair(certificate=certificate, key=key) for purpose, certificate, key in found}
        self.page = re.findall(r"^Page en direct : (\S+)$", self.text, re.MULTILINE)[0]

    @property
    def ca_file(self) -> str:
        (path,) = re.findall(r"^  Autorité \(AC\).*\n    certificat +(\S.*)$", self.text, re.MULTILINE)
        return str(path)

    def ins(self, words: str) -> str:
        """The INS printed beside ``words``."""
        return next(line.split()[0] for line in self.text.splitlines() if words in line)

    def pair(self, words: str) -> KeyPair:
        """The certificate whose purpose holds ``words``."""
        return next(pair for purpose, pair in self.pairs.items() if words in purpose)

    def tls(self, pair: KeyPair | None) -> httpx.Client:
        """A client that trusts the printed authority and shows ``pair``."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if pair is not None:
            context.load_cert_chain(pair.certificate, pair.key)
        return httpx.Client(verify=context, trust_env=False, timeout=10)

    def post(self, transaction: str, ins: str, body: etree._Element) -> SoapMessage:
        """Send one transaction as the radiologist, card in hand, and read the answer."""
        action = codes.ACTIONS[transaction]
        seal = self.pair(f"MAX LIBRE, Médecin (899900063480) : {self.signs_with}")
        envelope = soap_envelope(action, body, message_id=f"urn:uuid:{uuid4()}", security=signed_vihf(ins, seal))
        with self.tls(self.pair("MAX LIBRE, Médecin (899900063480) : authentification")) as client:
            answer = client.post(
                self.services[codes.PATHS[transaction]],
                content=envelope,
                headers={"Content-Type": f'application/soap+xml; charset=UTF-8; action="{action}"'},
            )
        return read_soap(answer.content, answer.headers["Content-Type"])

    def existence(self, ins: str) -> ExistenceAnswer:
        """TD0.2."""
        query = existence_query(
            ins,
            OID,
            message_id=("1.2.250.1.999.1.1", "1"),
            query_id=("1.2.250.1.999.1.1", "2"),
            sender_oid="1.2.250.1.999.1.1",
            sender_name="produit",
            created="20261123080000",
        )
        return read_existence_answer(self.post("TD0.2", ins, query).body)

    def find(self, ins: str) -> SoapMessage:
        """TD3.1, FindDocuments."""
        parameters = {
            "$XDSDocumentEntryPatientId": [f"{ins}^^^&{OID}&ISO^NH"],
            "$XDSDocumentEntryStatus": [codes.APPROVED],
        }
        return self.post("TD3.1", ins, stored_query(codes.FIND_DOCUMENTS, parameters))


@dataclass
class Running:
    """A sandbox that runs; ``stop`` ends it as Ctrl-C does and returns its exit code."""

    process: subprocess.Popen[str]
    printed: Printed

    def page(self, path: str = "") -> html.HtmlElement:
        """A page of the sandbox, parsed."""
        answer = httpx.get(self.printed.page + path, trust_env=False)
        assert answer.status_code == 200, answer.text
        return html.fromstring(answer.text)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)


@contextlib.contextmanager
def sandbox(out: Path, *options: str) -> Iterator[Running]:
    """Run ``serve`` on free ports until the block ends."""
    command = [*KIT, "serve", "--port", "0", "--page-port", "0", "--out", str(out), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ.copy()) as run:
        guard = threading.Timer(60, run.kill)  # a sandbox that never starts must not hang the tests
        guard.start()
        try:
            assert run.stdout is not None
            lines = []
            for line in run.stdout:
                lines.append(line)
                if STARTED in line:
                    break
            running = Running(run, Printed("".join(lines)))
            yield running
            running.stop()
        finally:
            guard.cancel()
            if run.poll() is None:
                run.kill()
                run.wait()


def signed_vihf(ins: str, seal: KeyPair) -> etree._Element:
    """The radiologist's VIHF about ``ins``, signed with ``seal``."""
    user = RADIOLOGIST
    content = VihfContent(
        assertion_id=f"_{uuid4()}",
        issuer="CN=produit",
        issue_instant=iso(datetime.now(UTC)),
        name_id=user.ps_id,
        authn_context="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        mode="DIRECTE",
        structure_id=CENTRE.structure_id,
        sector="SA08^1.2.250.1.71.4.2.4",
        roles=(
            VihfCode(code="10", code_system="1.2.250.1.71.1.2.7", display_name="Médecin"),
            VihfCode(code="SM44", code_system="1.2.250.1.71.4.2.5", display_name="Radio-diagnostic (SM)"),
        ),
        software_name="produit",
        software_version="1",
        software_homologation=HOMOLOGATION,
        ins=ins,
        ins_oid=OID,
    )
    key = load_pem_private_key(Path(seal.key).read_bytes(), password=None)
    assert isinstance(key, RSAPrivateKey)
    certificate = x509.load_pem_x509_certificate(Path(seal.certificate).read_bytes())
    return sign_assertion(build_vihf(content), key, certificate)


def words(element: html.HtmlElement) -> str:
    """The text of an element as a reader sees it, blanks folded."""
    return " ".join("".join(element.itertext()).split())
