"""The test certificates as files: readable, in date, each with its key, of one authority, revocation list included.

Source: RFC 5280 §4.1.2.5 (validity), §4.2.1.6 (names), §5 (revocation list).
"""

import ipaddress
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dmp_imagerie.endpoint.pki import LOOPBACK_HOSTS, Flaw, Pki
from dmp_imagerie.proof.doctor.check import Check, Side, ok, to_fix
from dmp_imagerie.runner.sandbox_keys import inventory

DATES, NAMES, KEYS, REVOCATION = "certificats", "noms du certificat", "clés", "révocation"


class UnreadableError(Exception):
    """A file of the test PKI that cannot be read as what it should hold; the text (French) names it."""


class Kept(NamedTuple):
    """A certificate of the test PKI and its key, None for the authority's, which is not kept."""

    file: Path
    certificate: x509.Certificate
    key: PrivateKeyTypes | None


def remake(folder: Path) -> str:
    """What to do about a test PKI that is not sound."""
    return f"supprimez le dossier {folder} : le banc refera ses certificats, à recharger dans le produit"


def kept(pki: Pki) -> tuple[Kept, ...]:
    """Read every certificate the DMP accepts, and its key; the authority comes first. Raises UnreadableError."""
    files = {file.certificate: file.key for file in inventory(pki) if file.certificate != pki.crl_file}
    files |= {pair.certificate: pair.key for pair in (pki.server, pki.platform_seal)}
    return tuple(_read(Path(certificate), Path(key) if key else None) for certificate, key in files.items())


def checks(pki: Pki, names: Sequence[str], now: datetime) -> Iterator[Check]:
    """Every check of the files of ``pki``, whose server should bear ``names``; one alone when a file is unreadable."""
    try:
        files = kept(pki)
    except UnreadableError as error:
        yield to_fix(DATES, str(error), remake(pki.folder), Side.KIT)
        return
    yield dates(files, pki.folder, now)
    yield server_names(pki, names)
    yield keys(files, pki.folder)
    yield revocation(pki, now)


def dates(files: Sequence[Kept], folder: Path, now: datetime) -> Check:
    """Every certificate is in date at ``now`` (aware) and issued by the authority."""
    authority = files[0].certificate
    wrong = [why for one in files if (why := _why_refused(one, authority, now))]
    if wrong:
        remedy = f"vérifiez la date de cette machine ({now:%d/%m/%Y}), puis {remake(folder)}"
        return to_fix(DATES, ", ".join(wrong), remedy, Side.KIT)
    end = min(one.certificate.not_valid_after_utc for one in files)
    return ok(DATES, f"{len(files)} certificats d'essai valables jusqu'au {end:%d/%m/%Y}, dans {folder}")


def server_names(pki: Pki, names: Sequence[str]) -> Check:
    """The server's certificate bears every name the simulated DMP is called by."""
    borne = _borne(_read(Path(pki.server.certificate), None).certificate)
    missing = [name for name in (*LOOPBACK_HOSTS, *names) if _spelt(name) not in borne]
    if missing:
        told = f"le certificat du DMP simulé ne porte pas {', '.join(missing)}"
        return to_fix(NAMES, told, remake(pki.folder), Side.KIT)
    return ok(NAMES, f"celui du DMP simulé porte {', '.join(sorted(borne))}")


def keys(files: Sequence[Kept], folder: Path) -> Check:
    """Every private key is that of its certificate."""
    wrong = [one.file.name for one in files if one.key and one.key.public_key() != one.certificate.public_key()]
    if wrong:
        return to_fix(KEYS, f"clé qui n'est pas celle de son certificat : {', '.join(wrong)}", remake(folder), Side.KIT)
    return ok(KEYS, f"{sum(one.key is not None for one in files)} clés privées, chacune celle de son certificat")


def revocation(pki: Pki, now: datetime) -> Check:
    """The revocation list is the authority's, in date, and holds the certificate made to be revoked."""
    try:
        authority = _read(Path(pki.ca_file), None).certificate
        revoked = _read(Path(pki.flawed[Flaw.REVOKED].certificate), None).certificate
        crl = x509.load_pem_x509_crl(Path(pki.crl_file).read_bytes())
        signed = crl.is_signature_valid(authority.public_key())  # type: ignore[arg-type] # any other key raises
    except (OSError, ValueError, TypeError, UnreadableError) as error:
        told = f"liste de révocation illisible ({_reason(error)})"
        return to_fix(REVOCATION, told, remake(pki.folder), Side.KIT)
    end = crl.next_update_utc
    if not signed or end is None or end <= now:
        told = "la liste de révocation est périmée, ou d'une autre autorité"
        return to_fix(REVOCATION, told, remake(pki.folder), Side.KIT)
    if crl.get_revoked_certificate_by_serial_number(revoked.serial_number) is None:
        told = "la liste de révocation ne porte pas le certificat révoqué"
        return to_fix(REVOCATION, told, remake(pki.folder), Side.KIT)
    return ok(REVOCATION, f"liste de révocation de la même autorité, valable jusqu'au {end:%d/%m/%Y}")


def _read(file: Path, key_file: Path | None) -> Kept:
    try:
        certificate = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{file} : certificat illisible ({_reason(error)})") from error
    if key_file is None:
        return Kept(file, certificate, None)
    try:
        return Kept(file, certificate, load_pem_private_key(key_file.read_bytes(), password=None))
    except (OSError, ValueError, TypeError) as error:
        raise UnreadableError(f"{key_file} : clé illisible ({_reason(error)})") from error


def _why_refused(one: Kept, authority: x509.Certificate, now: datetime) -> str:
    """The fault of a certificate, "" when it has none."""
    certificate, name = one.certificate, one.file.name
    if now < certificate.not_valid_before_utc:
        return f"{name} ne vaut qu'à partir du {certificate.not_valid_before_utc:%d/%m/%Y}"
    if now > certificate.not_valid_after_utc:
        return f"{name} est périmé depuis le {certificate.not_valid_after_utc:%d/%m/%Y}"
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return f"{name} n'est pas de l'autorité d'essai"
    return ""


def _borne(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    found = names.get_values_for_type(x509.DNSName)
    return {*map(_spelt, found), *map(str, names.get_values_for_type(x509.IPAddress))}


def _spelt(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else "") or str(error).partition(".")[0]
