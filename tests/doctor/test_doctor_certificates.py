"""The test certificates as files: each check is seen in order, then on a damaged copy."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dmp_imagerie.endpoint.pki import Flaw, Pki, make_pki
from dmp_imagerie.proof.doctor import certificates
from dmp_imagerie.proof.doctor.check import Check, Side, State
from dmp_imagerie.runner.cast import CENTRE, USERS

NOW = datetime.now(UTC)
YEARS = timedelta(days=800)


def examined(pki: Pki, *names: str, now: datetime = NOW) -> dict[str, Check]:
    return {check.name: check for check in certificates.checks(pki, names, now)}


def red(check: Check, words: str) -> None:
    assert (check.state, check.side) == (State.TO_FIX, Side.KIT)
    assert words in check.told
    assert "supprimez le dossier" in check.remedy


def test_a_sound_pki_is_in_order_for_every_check(pki: Pki) -> None:
    found = examined(pki)
    assert list(found) == ["certificats", "noms du certificat", "clés", "révocation"]
    assert {check.state for check in found.values()} == {State.OK}


@pytest.mark.parametrize("name", ["ac.crt", "serveur.crt", "org-auth-cli.crt", "org-auth-cli.key"])
@pytest.mark.parametrize("damage", [b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None])
def test_a_file_that_cannot_be_read_is_named(spoilt: Pki, name: str, damage: bytes | None) -> None:
    file = spoilt.folder / name
    file.unlink() if damage is None else file.write_bytes(damage)
    red(examined(spoilt)["certificats"], name)


@pytest.mark.parametrize(("now", "words"), [(NOW + YEARS, "périmé"), (NOW - YEARS, "ne vaut qu'à partir du")])
def test_a_certificate_out_of_date_is_named(pki: Pki, now: datetime, words: str) -> None:
    check = examined(pki, now=now)["certificats"]
    red(check, words)
    assert "serveur.crt" in check.told


def test_a_certificate_of_another_authority_is_named(spoilt: Pki) -> None:
    shutil.copy(spoilt.flawed[Flaw.OTHER_AUTHORITY].certificate, spoilt.centre_tls.certificate)
    red(examined(spoilt)["certificats"], "org-auth-cli.crt n'est pas de l'autorité d'essai")


def test_a_key_that_is_not_its_certificates_is_named(spoilt: Pki) -> None:
    shutil.copy(spoilt.centre_seal.key, spoilt.centre_tls.key)
    red(examined(spoilt)["clés"], "org-auth-cli.crt")


def test_a_name_the_server_does_not_bear_is_told(pki: Pki) -> None:
    red(examined(pki, "dmp.test")["noms du certificat"], "dmp.test")


@pytest.mark.parametrize("how", ["another authority's", "out of date", "of nobody", "unreadable"])
def test_a_revocation_list_that_revokes_nothing_is_told(spoilt: Pki, how: str, tmp_path: Path) -> None:
    other = make_pki(tmp_path / "autre", centre=CENTRE, users=USERS, kind="ec")
    now = NOW
    if how == "another authority's":
        shutil.copy(other.crl_file, spoilt.crl_file)
    elif how == "out of date":
        now += YEARS
    elif how == "of nobody":
        shutil.copy(spoilt.centre_tls.certificate, spoilt.flawed[Flaw.REVOKED].certificate)
    else:
        Path(spoilt.crl_file).write_bytes(b"rien")
    red(certificates.revocation(spoilt, now), "révocation")
