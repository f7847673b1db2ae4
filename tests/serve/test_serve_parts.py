"""The pieces of the sandbox alone: who may connect, bodies laid out, words of refusals, what the judge can see."""

import socket
import time
from pathlib import Path
from typing import Any

import pytest

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.endpoint import refusals
from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.transports.https import HttpsServer
from dmp_imagerie.endpoint.transports.peers import read_peers
from dmp_imagerie.journal.writer import JournalWriter
from dmp_imagerie.model.clock import WallClock
from dmp_imagerie.model.events import Alert, Exchange, Http, InsSeen, Measures
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.live_bodies import MAX_SHOWN, body_parts
from dmp_imagerie.runner.sandbox_advice import advice, known_codes
from dmp_imagerie.runner.sandbox_keys import sandbox_pki
from dmp_imagerie.runner.sandbox_opinion import opinions

OID = "1.2.250.1.213.1.4.10"


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("192.168.1.20", True),
        ("192.168.1.21", False),
        ("10.4.255.255", True),
        ("10.5.0.0", False),
        ("::ffff:192.168.1.20", True),
        ("::ffff:192.168.1.21", False),
        ("fd00::7%eth0", True),
        ("fd01::7", False),
        ("127.0.0.1", False),
        ("", False),
    ],
)
def test_only_the_networks_named_are_admitted(address: str, admitted: bool) -> None:
    assert read_peers(["192.168.1.20", "10.4.0.0/16", "fd00::/16"]).admits(address) is admitted


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "192.168.1.20/24", "machine", ""])
def test_peers_that_filter_nothing_or_name_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_peers([text])


def test_a_connection_from_elsewhere_is_closed_and_recorded(tmp_path: Path) -> None:
    pki = sandbox_pki()
    with JournalWriter(tmp_path, WallClock()) as writer:
        dmp = SimulatedDmp(writer, WallClock(), pki.trust)
        with HttpsServer(dmp, pki, writer, peers=read_peers(["192.0.2.0/24"])) as server:
            port = int(server.base_url.split(":")[2].partition("/")[0])
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                assert client.recv(1) == b""
            deadline = time.monotonic() + 10
            while not writer.journal.all(Alert) and time.monotonic() < deadline:
                time.sleep(0.01)
    (alert,) = writer.journal.all(Alert)
    assert alert.kind == "reseau"
    assert "127.0.0.1" in alert.message
    assert "192.0.2.0/24" in alert.message


def test_every_refusal_of_the_simulated_dmp_has_its_own_words() -> None:
    codes = {value for name, value in vars(refusals).items() if name.isupper() and isinstance(value, str)}
    assert codes <= known_codes()
    assert advice("UnCodeInconnu").meaning


def test_bodies_are_indented_and_long_values_cut() -> None:
    (part,) = body_parts(b"<a><b>" + b"x" * 5000 + b"</b><c/></a>", "application/soap+xml")
    assert "\n  <c/>" in part.text
    assert "(5000 caractères)" in part.text
    assert part.size == 5018


def test_bodies_are_bounded_and_unreadable_ones_said() -> None:
    (long,) = body_parts(b"z" * (MAX_SHOWN * 2), "text/plain")
    assert len(long.text) == MAX_SHOWN
    assert "Coupé" in long.note
    (binary,) = body_parts(b"%PDF-1.4\x00\xff", "application/pdf")
    assert (binary.text, binary.note) == ("", "Contenu binaire, non montré")
    (torn,) = body_parts(b"rien", 'multipart/related; boundary="b"')
    assert "illisibles" in torn.note
    (hostile,) = body_parts(b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "text/xml")
    assert "&e;" in hostile.text


def submission(writer: JournalWriter, *values: str) -> Exchange:
    seen = tuple(
        InsSeen(place=place, value=value, oid=OID) for place, value in zip(("vihf", "cda"), values, strict=True)
    )
    fields: dict[str, Any] = {"transaction": "TD2.1", "request": Http(start="POST /"), "response": Http(start="200")}
    return writer.record(Exchange, measures=Measures(ins=seen), **fields)


def test_each_exchange_is_judged_for_itself(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, WallClock()) as writer:
        exchanges = [submission(writer, *pair) for pair in (("1", "2"), ("3", "3"), ("4", "5"))]
        found = [
            {opinion.rule: opinion.finding for opinion in opinions(writer.journal, exchange, Policy())}
            for exchange in exchanges
        ]
    assert [findings["DMP-INS-18"].outcome for findings in found] == [
        Outcome.NON_CONFORME,
        Outcome.CONFORME,
        Outcome.NON_CONFORME,
    ]
    assert "5" in found[2]["DMP-INS-18"].observed


def test_what_happens_inside_the_product_is_out_of_sight_not_at_fault(tmp_path: Path) -> None:
    with JournalWriter(tmp_path, WallClock()) as writer:
        search = writer.record(Exchange, transaction="TD3.1", request=Http(start="POST /"), response=Http(start="200"))
        found = {opinion.rule: opinion.finding for opinion in opinions(writer.journal, search, Policy())}
    assert found["DMP-CON-01"].outcome is Outcome.NON_VERIFIABLE
    assert found["DMP-CON-01"].needs == ("produit",)
