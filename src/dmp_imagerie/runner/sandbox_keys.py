"""The test certificates a person points a product at: which ones, what each is for, and as PFX for those who need it.

Promises ``serve`` and ``pki`` the same certificates for the same names, so that what was loaded in a product once
stays good.
"""

import ipaddress
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from dmp_imagerie.endpoint.pki import LOOPBACK_HOSTS, DamagedError, Flaw, Pair, Pki, load_or_make_pki
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.runner.cast import CENTRE, USERS
from dmp_imagerie.runner.config import ConfigError, home

TEST_PASSWORD = "essai"  # noqa: S105 - protects test keys, and is printed
WARNING = "Certificats d'essai : ils ne valent rien hors de ce banc et ne doivent jamais servir vers le DMP national."

_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_MAX_NAME = 253
_FLAWS = {
    Flaw.EXPIRED: "périmé",
    Flaw.NOT_YET_VALID: "pas encore valable",
    Flaw.WRONG_USAGE: "fait pour un serveur, pas pour un client",
    Flaw.REVOKED: "révoqué (inscrit dans la LCR)",
    Flaw.OTHER_AUTHORITY: "d'une autre autorité",
}


class KeyFile(Plain):
    """A certificate and what it is for; ``key`` and ``pfx`` are "" when there is none. Paths."""

    purpose: str
    certificate: str
    key: str = ""
    pfx: str = ""


def sandbox_pki(names: Sequence[str] = ()) -> Pki:
    """Return the test PKI whose server is called ``names`` besides loopback, made once and kept.

    Without a name it is the PKI of ``dmp-imagerie run``. Raises ConfigError for what is neither a name nor an address,
    and when the folder that keeps the certificates cannot be written, or holds some that cannot be read.
    """
    kept = tuple(sorted({_checked(name) for name in names} - set(LOOPBACK_HOSTS)))
    folder = home() / "certificats"
    try:
        return load_or_make_pki(folder, hosts=(*LOOPBACK_HOSTS, *kept), centre=CENTRE, users=USERS)
    except OSError as error:
        raise ConfigError(
            f"{folder} : les certificats d'essai ne peuvent y être écrits ({error.strerror}) ; "
            "DMP_IMAGERIE_HOME choisit un autre dossier"
        ) from error
    except DamagedError as error:
        raise ConfigError(
            f"{error.folder} : certificats d'essai illisibles ; supprimez ce dossier, le banc le refera ({error})"
        ) from error


def inventory(pki: Pki, *, bad: bool = False) -> tuple[KeyFile, ...]:
    """Return the files of ``pki`` in the order a person needs them; ``bad`` adds those the DMP must refuse."""
    return tuple(_files(pki, bad=bad))


def with_pfx(files: Sequence[KeyFile], ca_file: str, password: str) -> tuple[KeyFile, ...]:
    """Write a PFX (PKCS#12, RFC 7292) beside each key, readable by its owner only, and return the files with them.

    The name of each ends in ``.p12``; the authority's certificate goes with it.
    """
    authority = x509.load_pem_x509_certificate(Path(ca_file).read_bytes())
    return tuple(_with_pfx(file, authority, password) if file.key else file for file in files)


def password_words(password: str) -> str:
    """What may be said of the PFX's password: the kit's own as it is, any other by where it came from; "" without."""
    return (password and "celui de --password-file") if password != TEST_PASSWORD else f"« {password} »"


def export(files: Sequence[KeyFile], folder: Path) -> tuple[KeyFile, ...]:
    """Copy ``files`` into ``folder``, to be made, and return the copies.

    Raises ConfigError when the folder already holds something or cannot be written.
    """
    require_new(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return tuple(_copied(file, folder) for file in files)
    except OSError as error:
        raise ConfigError(f"--out {folder} : écriture impossible ({error.strerror})") from error


def require_new(folder: Path) -> None:
    """Raise ConfigError when ``folder`` holds something: nothing is ever written over."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"--out {folder} : existe déjà ; donnez un dossier neuf, rien n'est recouvert")


def _checked(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        if len(name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in name.split(".")):
            raise ConfigError(f"--name {name!r} : ni un nom de machine ni une adresse (exemple : dmp.test)") from None
        return name.lower()


def _files(pki: Pki, *, bad: bool) -> Iterator[KeyFile]:
    yield KeyFile(purpose="Autorité (AC) à laquelle le produit doit faire confiance", certificate=pki.ca_file)
    yield KeyFile(purpose="Liste de révocation (LCR) de cette autorité", certificate=pki.crl_file)
    yield _file("ORG_AUTH_CLI : le centre s'authentifie (TLS mutuel)", pki.centre_tls)
    yield _file("ORG_SIGN : le centre signe le VIHF (modes indirects, AIR)", pki.centre_seal)
    for user in USERS:
        who = f"{user.given_name} {user.family_name}, {user.profession_label} ({user.ps_id})"
        yield _file(f"CPS de {who} : authentification (TLS mutuel)", pki.users[user.ps_id].authentication)
        yield _file(f"CPS de {who} : signature du VIHF", pki.users[user.ps_id].signature)
    if bad:
        for flaw, pair in pki.flawed.items():
            yield _file(f"À refuser : certificat client {_FLAWS[flaw]}", pair)


def _file(purpose: str, pair: Pair) -> KeyFile:
    return KeyFile(purpose=purpose, certificate=pair.certificate, key=pair.key)


def _with_pfx(file: KeyFile, authority: x509.Certificate, password: str) -> KeyFile:
    certificate = x509.load_pem_x509_certificate(Path(file.certificate).read_bytes())
    key = load_pem_private_key(Path(file.key).read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise TypeError(f"{file.key} : clé qu'un PFX ne peut porter")
    path = Path(file.certificate).with_suffix(".p12")
    encryption = BestAvailableEncryption(password.encode())
    _write_private(path, serialize_key_and_certificates(path.stem.encode(), key, certificate, [authority], encryption))
    return KeyFile(purpose=file.purpose, certificate=file.certificate, key=file.key, pfx=str(path))


def _copied(file: KeyFile, folder: Path) -> KeyFile:
    certificate = shutil.copyfile(file.certificate, folder / Path(file.certificate).name)
    key = ""
    if file.key:
        target = folder / Path(file.key).name
        _write_private(target, Path(file.key).read_bytes())
        key = str(target)
    return KeyFile(purpose=file.purpose, certificate=str(certificate), key=key)


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, in one step: another process may be doing the same."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
