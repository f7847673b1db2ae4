"""The test PKI: every certificate a centre needs to reach the simulated DMP, and those the DMP must refuse.

Promises files any product can load (PEM, one certificate and one key each) and the trust the simulated DMP checks
signatures with. Kept between runs, one folder for each format and each set of identities, that nobody changes once it
is there: two kits, or two processes, side by side never break each other. Private keys are readable by their owner
only. These are test keys: nothing here may ever be used towards the national service.
"""

import hashlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from dmp_imagerie.endpoint.certificates import (
    Authority,
    Issued,
    KeyKind,
    Use,
    organisation_name,
    professional_name,
    service_name,
)
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.values import Centre, Professional
from dmp_imagerie.wire.read.signature import TrustStore

LIFETIME = timedelta(days=365)
_MARGIN = timedelta(days=1)
_MANIFEST = "pki.json"
_FORMAT = 2
"""Raised by any change of what a folder holds."""
_DIGITS = 12  # of the digest of the identities, in the name of a folder

LOOPBACK_HOSTS = ("localhost", "127.0.0.1")


class Flaw(StrEnum):
    """What is wrong with a certificate the DMP must refuse; the value names its files."""

    EXPIRED = "perime"
    NOT_YET_VALID = "futur"
    WRONG_USAGE = "mauvais-usage"
    REVOKED = "revoque"
    OTHER_AUTHORITY = "autre-ac"


class Pair(Plain):
    """Paths of a PEM certificate and of its PEM private key (PKCS#8, not encrypted)."""

    certificate: str
    key: str


class UserPairs(Plain):
    """A user's card: the pair that authenticates (TLS) and the pair that signs (VIHF)."""

    authentication: Pair
    signature: Pair


class DamagedError(Exception):
    """A PKI that was whole and cannot be read any more; the text (English) is the library's."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(reason)
        self.folder = folder


class _Manifest(Plain):
    """What a folder was made for: it is used again for nothing else."""

    format: int
    identities: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pki:
    """Where the test certificates are.

    Attributes:
        ca_file, crl_file: PEM of the only authority to trust, and of its revocation list.
        server: what the simulated DMP shows.
        centre_tls, centre_seal: the centre's ORG_AUTH_CLI (TLS) and ORG_SIGN (VIHF in indirect modes).
        platform_seal: ORG_SIGN of the same structure, held by the simulated platform (PFI).
        users: cards by PS_IdNat.
        flawed: client pairs of the centre the DMP must refuse, by what is wrong with them.
        trust: what the simulated DMP checks signatures with.
    """

    folder: Path
    ca_file: str
    crl_file: str
    server: Pair
    centre_tls: Pair
    centre_seal: Pair
    platform_seal: Pair
    users: Mapping[str, UserPairs]
    flawed: Mapping[Flaw, Pair]
    trust: TrustStore


def load_or_make_pki(
    cache: Path,
    *,
    hosts: Sequence[str] = LOOPBACK_HOSTS,
    centre: Centre,
    users: Sequence[Professional],
    kind: KeyKind = "rsa",
    now: datetime | None = None,
) -> Pki:
    """Return the PKI that ``cache`` keeps for these very identities if one is valid today, else make one there.

    Processes that make it at the same moment end with the same one. Raises OSError when it cannot be written,
    DamagedError when what is kept cannot be read.
    """
    moment = now or datetime.now(UTC)
    identities = _identities(hosts, centre, users, kind)
    name = f"{_FORMAT}-{identities[:_DIGITS]}"
    for folder in sorted(cache.glob(f"{name}-*"), reverse=True):
        if _serves(folder, identities, moment):
            return _open(folder, users)
    with _draft(cache, hosts, centre, users, kind, moment) as draft:
        names = (f"{name}-{moment:%Y%m%d}" + (f"-{rank}" if rank > 1 else "") for rank in itertools.count(1))
        folder = next(
            folder
            for folder in map(cache.joinpath, names)
            if _put(draft, folder) or _serves(folder, identities, moment)
        )
    return _open(folder, users)


def make_pki(
    folder: Path,
    *,
    hosts: Sequence[str] = LOOPBACK_HOSTS,
    centre: Centre,
    users: Sequence[Professional],
    kind: KeyKind = "rsa",
    now: datetime | None = None,
) -> Pki:
    """Make a PKI in ``folder``, which must not exist; nobody ever sees it half written. Raises OSError.

    Args:
        folder: where it goes; its parent is created.
        hosts: names and addresses of the simulated DMP's server.
        centre, users: the identities of the certificates.
        kind: RSA-2048 keys, or P-256 (quick: for the kit's own tests).
        now: aware moment of issue; certificates are valid from the day before, for a year.
    """
    with _draft(folder.parent, hosts, centre, users, kind, now or datetime.now(UTC)) as draft:
        draft.rename(folder)
    return _open(folder, users)


@contextmanager
def _draft(
    parent: Path, hosts: Sequence[str], centre: Centre, users: Sequence[Professional], kind: KeyKind, moment: datetime
) -> Iterator[Path]:
    """A PKI whole in a folder of ``parent`` that nobody looks at; removed at the end unless it was moved."""
    start = moment - _MARGIN
    manifest = _Manifest(
        format=_FORMAT,
        identities=_identities(hosts, centre, users, kind),
        valid_from=start,
        valid_until=start + LIFETIME,
    )
    parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".pki-", dir=parent))
    try:
        _write_all(draft, manifest, hosts, centre, users, kind)
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write_all(
    folder: Path,
    manifest: _Manifest,
    hosts: Sequence[str],
    centre: Centre,
    users: Sequence[Professional],
    kind: KeyKind,
) -> None:
    start, end = manifest.valid_from, manifest.valid_until
    authority = Authority("AC DE TEST", kind, start - LIFETIME, end)
    _write_pair(folder, "serveur", authority.issue(service_name("DMP SIMULE"), Use.SERVER, start, end, hosts))
    for name, subject, use in _identified(centre, users):
        _write_pair(folder, name, authority.issue(subject, use, start, end))
    flawed = _flawed(authority, centre, kind, start, end)
    for flaw, issued in flawed.items():
        _write_pair(folder, flaw, issued)
    revoked = authority.revocation_list([flawed[Flaw.REVOKED].certificate], start, end)
    (folder / "ac.crt").write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "lcr.pem").write_bytes(revoked.public_bytes(serialization.Encoding.PEM))
    (folder / _MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))


def _identified(centre: Centre, users: Sequence[Professional]) -> Iterator[tuple[str, x509.Name, Use]]:
    yield "org-auth-cli", organisation_name(centre, "ORG_AUTH_CLI"), Use.AUTHENTICATION
    yield "org-sign", organisation_name(centre, "ORG_SIGN"), Use.SIGNATURE
    yield "pfi-sign", organisation_name(centre, "ORG_SIGN PFI"), Use.SIGNATURE
    for user in users:
        for use in (Use.AUTHENTICATION, Use.SIGNATURE):
            yield _card_file(user.ps_id, use), professional_name(user), use


def _flawed(authority: Authority, centre: Centre, kind: KeyKind, start: datetime, end: datetime) -> dict[Flaw, Issued]:
    stranger = Authority("AC INCONNUE", kind, start, end)
    subject = organisation_name(centre, "ORG_AUTH_CLI")
    use = Use.AUTHENTICATION
    return {
        Flaw.EXPIRED: authority.issue(subject, use, start - LIFETIME / 2, start),
        Flaw.NOT_YET_VALID: authority.issue(subject, use, end, end + LIFETIME),
        Flaw.WRONG_USAGE: authority.issue(subject, Use.SERVER, start, end),
        Flaw.REVOKED: authority.issue(subject, use, start, end),
        Flaw.OTHER_AUTHORITY: stranger.issue(subject, use, start, end),
    }


def _open(folder: Path, users: Sequence[Professional]) -> Pki:
    try:
        crl = x509.load_pem_x509_crl((folder / "lcr.pem").read_bytes())
        authority = x509.load_pem_x509_certificate((folder / "ac.crt").read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedError(folder, str(error)) from error
    return Pki(
        folder=folder,
        ca_file=str(folder / "ac.crt"),
        crl_file=str(folder / "lcr.pem"),
        server=_pair(folder, "serveur"),
        centre_tls=_pair(folder, "org-auth-cli"),
        centre_seal=_pair(folder, "org-sign"),
        platform_seal=_pair(folder, "pfi-sign"),
        users={
            user.ps_id: UserPairs(
                authentication=_pair(folder, _card_file(user.ps_id, Use.AUTHENTICATION)),
                signature=_pair(folder, _card_file(user.ps_id, Use.SIGNATURE)),
            )
            for user in users
        },
        flawed={flaw: _pair(folder, flaw) for flaw in Flaw},
        trust=TrustStore(ca_certificates=(authority,), revoked=frozenset(entry.serial_number for entry in crl)),
    )


def _card_file(ps_id: str, use: Use) -> str:
    # A PS_IdNat may hold "/" (internal identifiers): file names may not.
    return f"cps-{ps_id.replace('/', '_')}-{use.value}"


def _pair(folder: Path, name: str) -> Pair:
    return Pair(certificate=str(folder / f"{name}.crt"), key=str(folder / f"{name}.key"))


def _write_pair(folder: Path, name: str, issued: Issued) -> None:
    key = issued.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(folder / f"{name}.key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    (folder / f"{name}.crt").write_bytes(issued.certificate.public_bytes(serialization.Encoding.PEM))


def _put(draft: Path, folder: Path) -> bool:
    """Move ``draft`` to ``folder`` in one step; False when something is there already. Raises OSError."""
    try:
        draft.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        return False
    return True


def _serves(folder: Path, identities: str, moment: datetime) -> bool:
    """Whether ``folder`` was made whole for these identities, and is valid at ``moment`` and the day after."""
    manifest = _read_manifest(folder)
    return (
        manifest is not None
        and (manifest.format, manifest.identities) == (_FORMAT, identities)
        and manifest.valid_from <= moment < manifest.valid_until - _MARGIN
    )


def _read_manifest(folder: Path) -> _Manifest | None:
    try:
        return msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=_Manifest)
    except (OSError, msgspec.MsgspecError):
        return None


def _identities(hosts: Sequence[str], centre: Centre, users: Sequence[Professional], kind: KeyKind) -> str:
    """Digest of what the certificates depend on."""
    return hashlib.sha256(msgspec.json.encode([kind, list(hosts), centre, list(users)])).hexdigest()
