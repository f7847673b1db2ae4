"""TLS with our own server: what is negotiated, who is turned away, and what a broken server looks like."""

import shutil
from pathlib import Path

import pytest

from dmp_imagerie.endpoint.pki import Pki, make_pki
from dmp_imagerie.proof.doctor import handshake
from dmp_imagerie.proof.doctor.check import Side, State
from dmp_imagerie.runner.cast import CENTRE, USERS


def test_a_sound_pki_opens_to_the_centre_and_to_nobody_else(pki: Pki) -> None:
    found = {check.name: check for check in handshake.checks(pki, ["localhost"])}
    assert {check.state for check in found.values()} == {State.OK}
    assert found["tls"].told == found["tls localhost"].told
    assert found["tls"].told.startswith("TLSv1.3, ")
    assert found["tls 1.2"].told == "TLSv1.2, ECDHE-RSA-AES256-GCM-SHA384"
    assert "aucun certificat client" in found["refus sans certificat"].told
    assert "périmé" in found["refus périmé"].told
    assert "révoqué" in found["refus révoqué"].told
    assert "inconnue" in found["refus autre autorité"].told
    assert len(found) == 3 + 6


def test_a_name_the_certificate_does_not_bear_is_told(pki: Pki) -> None:
    check = handshake.welcome(pki, "dmp.test")
    assert (check.name, check.state, check.side) == ("tls dmp.test", State.TO_FIX, Side.KIT)
    assert "refusé sous le nom dmp.test" in check.told


def test_a_server_whose_key_is_no_rsa_leaves_an_old_product_outside(tmp_path: Path) -> None:
    elliptic = make_pki(tmp_path / "pki", centre=CENTRE, users=USERS, kind="ec")
    assert handshake.welcome(elliptic, "localhost").state is State.OK
    check = handshake.oldest(elliptic)
    assert check.state is State.TO_FIX
    assert "échange impossible" in check.told


def test_a_client_who_is_let_in_where_none_should_be_is_told(pki: Pki) -> None:
    check = handshake.turned_away("refus périmé", pki, pki.centre_tls)
    assert (check.state, check.side) == (State.TO_FIX, Side.KIT)
    assert "a été servi (TLSv1.3" in check.told


@pytest.mark.parametrize("damage", ["key", "certificate"])
def test_a_server_that_cannot_open_says_why_and_the_rest_is_not_tried(spoilt: Pki, damage: str) -> None:
    if damage == "key":
        shutil.copy(spoilt.centre_tls.key, spoilt.server.key)
    else:
        Path(spoilt.server.certificate).write_bytes(b"rien")
    (check,) = handshake.checks(spoilt, [])
    assert check.state is State.TO_FIX
    assert "ne s'ouvre pas en TLS" in check.told
