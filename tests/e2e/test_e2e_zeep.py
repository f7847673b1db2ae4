"""A client that owes nothing to the kit publishes and searches: the simulated DMP speaks to others than its own."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from zeep_client import find_documents, open_client, signed_vihf, submission

from dmp_imagerie.connectors.contract import KeyPair
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.pki import Pair, Pki
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import ScenarioClock
from dmp_imagerie.model.events import Exchange
from dmp_imagerie.model.values import AuthorisationStatus, Ins, Patient
from dmp_imagerie.runner.cast import CENTRE, RADIOLOGIST
from dmp_imagerie.runner.sandbox_keys import sandbox_pki

PATIENT = Patient(
    alias="patiente",
    local_id="IPP1",
    ins=Ins(value="279035121518989"),
    family_name="PAT-TROIS",
    given_names=("DOMINIQUE",),
    birth_date="1979-03-28",
    sex="F",
)
INS, OID = "279035121518989", "1.2.250.1.213.1.4.10"
UNIQUE_ID = "1.2.250.1.999.1.1.7898.4.77"
REPORT = b"<?xml version='1.0'?><report>Pas d'anomalie visible.\r\n</report>\n"
AUTHOR = f"{RADIOLOGIST.ps_id}^LIBRE^MAX^^^^^^&amp;1.2.250.1.71.4.2.1&amp;ISO^D^^^IDNPS"


@contextlib.contextmanager
def bench(folder: Path) -> Iterator[tuple[SimulatedDmp, Pki, str]]:
    """The simulated DMP over HTTPS, recording in ``folder``, where PATIENT has a DMP open to the radiologist."""
    clock = ScenarioClock()
    pki = sandbox_pki()
    with JournalWriter(folder, clock) as writer:
        dmp = SimulatedDmp(writer, clock, pki.trust)
        dmp.control.open_dmp(PATIENT)
        dmp.control.set_authorisation(INS, RADIOLOGIST.ps_id, AuthorisationStatus.VALID)
        with HttpsServer(dmp, pki, writer) as server:
            yield dmp, pki, server.base_url


def keys(pair: Pair) -> KeyPair:
    return KeyPair(certificate=pair.certificate, key=pair.key)


def client_of(pki: Pki) -> Any:
    cards = pki.users[RADIOLOGIST.ps_id]
    vihf = signed_vihf(RADIOLOGIST, keys(cards.signature), CENTRE.structure_id, INS, OID)
    return open_client(pki.ca_file, keys(cards.authentication), vihf)


def test_an_independent_client_publishes_with_mtom_then_finds_what_it_published(tmp_path: Path) -> None:
    patient_id = f"{INS}^^^&amp;{OID}&amp;ISO^NH"
    with bench(tmp_path / "run") as (dmp, pki, url):
        client = client_of(pki)
        repository = client.create_service("{urn:ihe:iti:xds-b:2007}Repository", f"{url}/repository")
        answer = repository.Submit(
            _value_1=submission(patient_id, REPORT, UNIQUE_ID, AUTHOR),
            Document=[{"_value_1": REPORT, "id": "Document01"}],
        )
        assert answer.status.endswith(":Success")

        (held,) = dmp.control.snapshot(INS)["documents"]
        assert held["unique_id"] == UNIQUE_ID
        assert held["title"] == "Radiographie du thorax"
        assert held["confidentiality"] == ["N", "INVISIBLE_PATIENT"]
        assert not held["visible_to_patient"]
        assert held["visible_to_professionals"]

        registry = client.create_service("{urn:ihe:iti:xds-b:2007}Registry", f"{url}/registry")
        found = registry.Query(_value_1=find_documents(patient_id))
        assert found.status.endswith(":Success")
        (listed,) = found._value_1
        values = {element.get("value") for element in listed.iter("{*}ExternalIdentifier")}
        assert UNIQUE_ID in values

    published, searched = read_journal(tmp_path / "run").all(Exchange)
    assert (published.transaction, published.refusal) == ("TD2.1", "")
    assert (searched.transaction, searched.refusal) == ("TD3.1", "")
    (document,) = published.measures.documents
    assert (document.sha1, document.size) == (document.declared_hash, len(REPORT)), "byte for byte, CRLF included"
    assert published.measures.vihf is not None
    assert published.measures.vihf.signature == "valide"
    assert {seen.value for seen in published.measures.ins} == {INS}
    assert published.tls is not None
    assert RADIOLOGIST.ps_id in published.tls.client


def test_an_independent_client_reads_a_refusal_as_the_failure_or_the_fault_it_is(tmp_path: Path) -> None:
    mine, others = (f"{value}^^^&amp;{OID}&amp;ISO^NH" for value in (INS, "277076322082910"))
    document = [{"_value_1": REPORT, "id": "Document01"}]
    with bench(tmp_path / "run") as (dmp, pki, url):
        repository = client_of(pki).create_service("{urn:ihe:iti:xds-b:2007}Repository", f"{url}/repository")
        with pytest.raises(zeep.exceptions.Fault, match="patient dans le message"):
            repository.Submit(_value_1=submission(others, REPORT, UNIQUE_ID, AUTHOR), Document=document)
        assert dmp.control.snapshot(INS)["documents"] == []
        repository.Submit(_value_1=submission(mine, REPORT, UNIQUE_ID, AUTHOR), Document=document)
        again = repository.Submit(_value_1=submission(mine, REPORT, UNIQUE_ID, AUTHOR), Document=document)
        assert again.status.endswith(":Failure")
        assert [error.get("errorCode") for error in again._value_1] == ["XDSDuplicateUniqueIdInRegistry"]
        assert len(dmp.control.snapshot(INS)["documents"]) == 1

    refusals = [exchange.refusal for exchange in read_journal(tmp_path / "run").all(Exchange)]
    assert refusals == ["XDSPatientIdDoesNotMatch", "", "XDSDuplicateUniqueIdInRegistry"]
