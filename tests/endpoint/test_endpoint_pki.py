"""The test PKI: what each certificate is for, what is wrong with the flawed ones, and when it is made anew."""

import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from dmp_client import CENTRE, COLLEAGUE, RADIOLOGIST

from dmp_imagerie.endpoint import pki as pki_module
from dmp_imagerie.endpoint.pki import DamagedError, Flaw, Pair, Pki, load_or_make_pki, make_pki
from dmp_imagerie.wire.read.signature import certificate_purpose

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def certificate(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(Path(pair.certificate).read_bytes())


def usages(pair: Pair) -> list[x509.ObjectIdentifier]:
    return list(certificate(pair).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def every_pair(pki: Pki) -> list[Pair]:
    cards = [pair for card in pki.users.values() for pair in (card.authentication, card.signature)]
    return [pki.server, pki.centre_tls, pki.centre_seal, pki.platform_seal, *cards, *pki.flawed.values()]


def test_each_certificate_holds_its_key_and_the_authority_issued_it(pki: Pki) -> None:
    (authority,) = pki.trust.ca_certificates
    for pair in every_pair(pki):
        found = certificate(pair)
        key = serialization.load_pem_private_key(Path(pair.key).read_bytes(), None)
        assert key.public_key() == found.public_key()
        if pair != pki.flawed[Flaw.OTHER_AUTHORITY]:
            found.verify_directly_issued_by(authority)


def test_each_certificate_is_for_one_use(pki: Pki) -> None:
    card = pki.users[RADIOLOGIST.ps_id]
    for pair in (pki.centre_tls, card.authentication):
        assert certificate_purpose(certificate(pair)) == "authentification"
    for pair in (pki.centre_seal, pki.platform_seal, card.signature):
        assert certificate_purpose(certificate(pair)) == "signature"
    assert usages(pki.server) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_subjects_name_the_structure_and_the_professional(pki: Pki) -> None:
    centre = certificate(pki.centre_tls).subject
    assert centre.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value == CENTRE.structure_id
    assert centre.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == CENTRE.name
    card = certificate(pki.users[COLLEAGUE.ps_id].signature).subject
    assert card.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == COLLEAGUE.ps_id


def test_the_server_answers_to_loopback_names(pki: Pki) -> None:
    names = certificate(pki.server).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_flawed_certificates_have_their_flaw_and_no_other(pki: Pki) -> None:
    now = datetime.now(UTC)
    flawed = {flaw: certificate(pair) for flaw, pair in pki.flawed.items()}
    expired = {flaw for flaw, found in flawed.items() if found.not_valid_after_utc < now}
    future = {flaw for flaw, found in flawed.items() if found.not_valid_before_utc > now}
    not_client = {flaw for flaw, pair in pki.flawed.items() if usages(pair) != [ExtendedKeyUsageOID.CLIENT_AUTH]}
    revoked = {flaw for flaw, found in flawed.items() if found.serial_number in pki.trust.revoked}
    assert (expired, future) == ({Flaw.EXPIRED}, {Flaw.NOT_YET_VALID})
    assert (not_client, revoked) == ({Flaw.WRONG_USAGE}, {Flaw.REVOKED})


@pytest.mark.skipif(os.name == "nt", reason="droits POSIX")
def test_private_keys_are_for_their_owner_only(pki: Pki) -> None:
    assert {stat.S_IMODE(Path(pair.key).stat().st_mode) for pair in every_pair(pki)} == {0o600}


class TestKept:
    """What a folder shared by every kit of a machine promises each of them."""

    @pytest.fixture
    def load(self, tmp_path: Path) -> Callable[..., Pki]:
        def load(now: datetime = NOW, **changes: Any) -> Pki:
            options = {"centre": CENTRE, "users": [RADIOLOGIST], "kind": "ec", "now": now} | changes
            return load_or_make_pki(tmp_path / "cache", **options)

        return load

    def test_it_is_kept_while_it_serves(self, load: Callable[..., Pki]) -> None:
        first = load()
        assert load(NOW + timedelta(days=30)) == first
        later = load(NOW + timedelta(days=364))
        assert later.trust != first.trust
        assert load(NOW + timedelta(days=364)) == later

    def test_another_kit_makes_its_own_and_takes_nothing_away(
        self, load: Callable[..., Pki], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, others = load(), load(users=[RADIOLOGIST, COLLEAGUE])
        authority = Path(first.ca_file).read_bytes()
        assert others.trust != first.trust
        with monkeypatch.context() as newer:
            newer.setattr(pki_module, "_FORMAT", 99)
            assert load().trust != first.trust
        assert load() == first
        assert Path(first.ca_file).read_bytes() == authority
        assert load(users=[RADIOLOGIST, COLLEAGUE]) == others

    def test_processes_at_the_same_moment_end_with_the_same_one(self, tmp_path: Path) -> None:
        source = textwrap.dedent(
            """
            import pathlib, sys
            from datetime import UTC, datetime
            from dmp_client import CENTRE, RADIOLOGIST
            from dmp_imagerie.endpoint.pki import load_or_make_pki
            sys.stdin.readline()
            made = load_or_make_pki(
                pathlib.Path(sys.argv[1]), centre=CENTRE, users=[RADIOLOGIST], now=datetime(2026, 11, 23, tzinfo=UTC)
            )
            print(made.ca_file, hash(pathlib.Path(made.server.key).read_bytes()) != 0)
            """
        )
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", source, str(tmp_path / "cache")]
        processes = [
            subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        said = {process.communicate(timeout=60)[0] for process in processes}
        assert len(said) == 1
        assert b"True" in said.pop()
        assert [process.returncode for process in processes] == [0, 0]
        assert len(list((tmp_path / "cache").iterdir())) == 1

    def test_one_that_lost_the_race_takes_the_winner_s(
        self, load: Callable[..., Pki], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        winner: list[Pki] = []
        write = pki_module._write_all

        def write_while_another_does(*arguments: Any) -> None:
            write(*arguments)
            monkeypatch.setattr(pki_module, "_write_all", write)
            winner.append(load())

        monkeypatch.setattr(pki_module, "_write_all", write_while_another_does)
        assert load() == winner[0]
        assert len(list(winner[0].folder.parent.iterdir())) == 1

    def test_a_damaged_one_is_left_for_another(self, load: Callable[..., Pki]) -> None:
        made = load()
        (made.folder / "pki.json").write_text("{", encoding="utf-8")
        anew = load()
        assert anew.trust != made.trust
        assert load() == anew

    def test_one_whose_files_cannot_be_read_is_named(self, load: Callable[..., Pki]) -> None:
        made = load()
        Path(made.ca_file).write_text("rien", encoding="utf-8")
        with pytest.raises(DamagedError) as damaged:
            load()
        assert damaged.value.folder == made.folder


def test_keys_are_rsa_2048_unless_told_otherwise(tmp_path: Path) -> None:
    made = make_pki(tmp_path / "pki", centre=CENTRE, users=[], now=NOW)
    key = certificate(made.centre_tls).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 2048
