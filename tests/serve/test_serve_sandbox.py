"""``dmp-imagerie serve`` as a vendor meets it: a process, what it prints, a real client, the page, the journal."""

import subprocess
import time
from pathlib import Path

import httpx
import pytest
from lxml import etree
from serve_client import HOMOLOGATION, KIT, Running, sandbox, words

from dmp_imagerie.connectors.contract import KeyPair
from dmp_imagerie.journal.reader import read_journal
from dmp_imagerie.model.events import Exchange, World
from dmp_imagerie.runner.sandbox_keys import inventory, sandbox_pki
from dmp_imagerie.wire.read.soap import read_fault
from dmp_imagerie.wire.read.xds_query import read_query_response

ANSWERS = {
    "autorisation VALIDE": ("OK", "active", "VALIDE"),
    "autorisation EXPIRE": ("OK", "active", "EXPIRE"),
    "autorisation INTERDIT": ("OK", "active", "INTERDIT"),
    "aucune autorisation": ("OK", "active", "NON_EXISTE"),
    "pas de DMP": ("NF", None, None),
    "DMP fermé": ("OK", "terminated", "NON_EXISTE"),
}


@pytest.mark.parametrize("shown", ANSWERS)
def test_each_printed_patient_answers_as_printed(running: Running, shown: str) -> None:
    found = running.printed.existence(running.printed.ins(shown))
    assert (found.response_code, found.dmp_status, found.authorisation) == ANSWERS[shown]


def test_the_page_shows_a_served_exchange(running: Running) -> None:
    ins = running.printed.ins("documents antérieurs")
    assert len(read_query_response(running.printed.find(ins).body).entries) == 2
    page = running.page()
    row = words(page.xpath("//tbody/tr")[0])
    for expected in ("TD3.1", "recherche", "ESSAI-DOCUMENTS DOMINIQUE", ins, "899900063480 DIRECTE", "Servi"):
        assert expected in row
    assert "signature du VIHF valide" in row
    assert page.xpath("//meta[@http-equiv='refresh']")
    assert not page.xpath("//script | //link | //img")


def test_a_refusal_says_what_it_means_and_its_page_shows_the_messages(running: Running) -> None:
    fault = read_fault(running.printed.find(running.printed.ins("autorisation EXPIRE")))
    assert fault is not None
    row = running.page().xpath("//tbody/tr[@class='refusal']")[0]
    assert fault.subcode in words(row)
    assert "TD0.3, AJOUT" in words(row)
    detail = running.page(row.xpath("th/a/@href")[0].lstrip("/"))
    assert "AdhocQueryRequest" in words(detail.xpath("//section[@aria-labelledby='request']")[0])
    assert fault.reason in words(detail.xpath("//section[@aria-labelledby='response']")[0])
    assert HOMOLOGATION not in words(detail)
    assert "ne se voit pas d'ici DMP-CON-01" in words(detail.xpath("//ul[@class='opinions']")[0])


def test_what_a_client_writes_is_shown_as_text(running: Running) -> None:
    running.printed.post("TD0.2", "<script>alert(1)</script>", etree.Element("inconnu"))
    page = running.page()
    assert "<script>alert(1)</script>" in words(page.xpath("//tbody/tr")[0])
    detail = running.page(page.xpath("//tbody/tr[1]/th/a/@href")[0].lstrip("/"))
    assert not page.xpath("//script") + detail.xpath("//script")


def wait_for_alert(running: Running, told: str) -> None:
    """The client may know of a refusal before the server has written it down."""
    deadline = time.monotonic() + 10
    while told not in (alerts := words(running.page().get_element_by_id("alerts"))):
        assert time.monotonic() < deadline, alerts
        time.sleep(0.05)


def test_a_refused_handshake_is_on_the_page(running: Running) -> None:
    revoked = next(file for file in inventory(sandbox_pki(), bad=True) if "révoqué" in file.purpose)
    pair = KeyPair(certificate=revoked.certificate, key=revoked.key)
    with running.printed.tls(pair) as client, pytest.raises(httpx.TransportError):
        client.post(running.printed.services["patients"], content=b"<x/>")
    wait_for_alert(running, "le certificat client est révoqué")


def test_a_client_that_does_not_trust_the_authority_is_on_the_page(running: Running) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(running.printed.services["patients"])
    wait_for_alert(running, "le client ne connaît pas l'autorité du serveur")


def test_the_page_is_not_sent_twice_and_answers_only_to_loopback(running: Running) -> None:
    with httpx.Client(base_url=running.printed.page, trust_env=False) as client:
        first = client.get("/")
        assert client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        assert 'http-equiv="refresh"' not in client.get("/?fige").text
        assert client.get("/", headers={"Host": "ailleurs.example"}).status_code == 403
        assert client.get("/echanges/999999").status_code == 404
        assert client.get("/../journal.jsonl").status_code == 404


def test_an_interrupted_sandbox_leaves_a_readable_journal(tmp_path: Path) -> None:
    with sandbox(tmp_path / "bac") as running:
        running.printed.existence(running.printed.ins("autorisation VALIDE"))
        assert running.stop() == 0
    journal = read_journal(tmp_path / "bac")
    assert journal.header.target.driver == "serve"
    assert journal.footer is not None
    assert journal.footer.complete
    assert [exchange.transaction for exchange in journal.all(Exchange)] == ["TD0.2"]
    assert sum(world.kind == "patient" for world in journal.all(World)) == 7


def test_a_diagnostic_sandbox_serves_what_it_would_refuse_and_says_so(tmp_path: Path) -> None:
    with sandbox(tmp_path / "bac", "--diagnostic") as running:
        assert "Mode diagnostic" in running.printed.text
        running.printed.signs_with = "authentification"
        assert running.printed.existence(running.printed.ins("autorisation VALIDE")).response_code == "OK"
        page = running.page()
        assert "Mode diagnostic" in words(page)
        (row,) = page.xpath("//tbody/tr[@class='service']")
        assert "Servi malgré DMPInvalidCertificate" in words(row)
        detail = words(running.page(row.xpath("th/a/@href")[0].lstrip("/")))
        assert "Servi par diagnostic, refusé par le vrai DMP" in detail
    journal = read_journal(tmp_path / "bac")
    assert journal.header.options["diagnostic"] is True
    assert [waived.code for exchange in journal.all(Exchange) for waived in exchange.waived] == [
        "DMPInvalidCertificate"
    ]


def test_a_duration_ends_it(tmp_path: Path) -> None:
    with sandbox(tmp_path / "bac", "--duration", "0.3") as running:
        assert running.process.wait(20) == 0
    assert read_journal(tmp_path / "bac").footer is not None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--bind", "192.0.2.7"), "--peer"),
        (("--bind", "192.0.2.7", "--peer", "192.0.2.8"), "--name"),
        (("--bind", "0.0.0.0", "--name", "dmp.test"), "--peer"),
        (("--bind", "192.0.2.7", "--peer", "0.0.0.0/0", "--name", "dmp.test"), "toutes les adresses"),
        (("--bind", "ailleurs"), "une adresse IP"),
        (("--name", "nom interdit"), "ni un nom"),
        (("--password-file", "rien"), "--pfx"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_what_to_change(
    tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    command = [*KIT, "serve", "--out", str(tmp_path / "bac"), *options]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "bac").exists()
