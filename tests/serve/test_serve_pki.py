"""``dmp-imagerie pki``: files a product can load, each named for what it is for."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from dmp_imagerie.cli.pki import command
from dmp_imagerie.runner.sandbox_keys import sandbox_pki


def pki(*options: str) -> Result:
    return CliRunner().invoke(command, list(options))


def test_every_file_loads_and_private_ones_are_private(tmp_path: Path) -> None:
    done = pki("--out", str(tmp_path / "certificats"), "--pfx", "--bad")
    assert done.exit_code == 0, done.output
    assert "ne valent rien hors de ce banc" in done.output
    authority = x509.load_pem_x509_certificate((tmp_path / "certificats" / "ac.crt").read_bytes())
    crl = x509.load_pem_x509_crl((tmp_path / "certificats" / "lcr.pem").read_bytes())
    assert crl.is_signature_valid(authority.public_key())
    names = {path.stem for path in (tmp_path / "certificats").glob("*.key")}
    assert {"org-auth-cli", "org-sign", "cps-899900063480-signature", "perime", "revoque"} <= names
    for name in names:
        certificate = x509.load_pem_x509_certificate((tmp_path / "certificats" / f"{name}.crt").read_bytes())
        key = load_pem_private_key((tmp_path / "certificats" / f"{name}.key").read_bytes(), None)
        kept = load_pkcs12((tmp_path / "certificats" / f"{name}.p12").read_bytes(), b"essai")
        assert key.public_key() == certificate.public_key()
        assert kept.cert is not None
        assert kept.cert.certificate == certificate
        assert [other.certificate for other in kept.additional_certs] == [authority]
        for suffix in (".key", ".p12"):
            assert stat.S_IMODE((tmp_path / "certificats" / name).with_suffix(suffix).stat().st_mode) == 0o600


def test_without_bad_only_what_the_dmp_accepts_is_written(tmp_path: Path) -> None:
    assert pki("--out", str(tmp_path / "certificats")).exit_code == 0
    assert not (tmp_path / "certificats" / "revoque.crt").exists()
    assert not list((tmp_path / "certificats").glob("*.p12"))


def test_the_server_is_called_as_asked_and_serve_takes_the_same_certificates(tmp_path: Path) -> None:
    done = pki("--name", "DMP.test", "--name", "192.0.2.7")
    assert done.exit_code == 0, done.output
    made = sandbox_pki(["192.0.2.7", "dmp.test"])
    assert made.ca_file in done.output
    server = x509.load_pem_x509_certificate(Path(made.server.certificate).read_bytes())
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "dmp.test" in names.get_values_for_type(x509.DNSName)
    assert "192.0.2.7" in map(str, names.get_values_for_type(x509.IPAddress))
    assert sandbox_pki().ca_file != made.ca_file


def test_a_password_of_ones_own_is_used_and_never_printed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("mot de passe à moi\n", encoding="utf-8")
    done = pki("--out", str(tmp_path / "certificats"), "--pfx", "--password-file", str(secret))
    assert done.exit_code == 0, done.output
    assert "mot de passe à moi" not in done.output
    kept = load_pkcs12((tmp_path / "certificats" / "org-sign.p12").read_bytes(), "mot de passe à moi".encode())
    assert kept.key is not None


@pytest.mark.parametrize(("content", "told"), [("\n", "vide"), (None, "illisible")])
def test_a_password_file_that_gives_none_is_refused(tmp_path: Path, content: str | None, told: str) -> None:
    secret = tmp_path / "secret"
    if content is not None:
        secret.write_text(content, encoding="utf-8")
    done = pki("--pfx", "--password-file", str(secret))
    assert done.exit_code == 2
    assert told in done.output


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fichier").write_text("pas un dossier", encoding="utf-8")
    monkeypatch.setenv("DMP_IMAGERIE_HOME", str(tmp_path / "fichier"))
    done = pki()
    assert done.exit_code == 2
    assert "DMP_IMAGERIE_HOME" in done.output


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "à moi").write_text("garder", encoding="utf-8")
    done = pki("--out", str(tmp_path))
    assert done.exit_code == 2
    assert "rien n'est recouvert" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["à moi"]
