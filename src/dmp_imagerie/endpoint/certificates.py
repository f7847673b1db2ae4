"""A small certification authority for tests: it issues what the DMP accepts and, just as well, what it must refuse.

Promises `endpoint.pki` X.509 certificates in the French style. Nothing here writes to disk.
Source: RFC 5280; certificate families of the health sector (authentication, signature) as the DMP interface names them.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dmp_imagerie.model.values import Centre, Professional

KeyKind = Literal["rsa", "ec"]
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_TEXT_LIMIT = 64  # upper bound of most DN attributes (RFC 5280, appendix A)


class Use(Enum):
    """What a certificate is for: key usages and extended key usage follow from it."""

    SERVER = "serveur"
    AUTHENTICATION = "authentification"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: PrivateKey


def organisation_name(centre: Centre, common_name: str) -> x509.Name:
    """DN of an organisation's certificate: its name as O, its Struct_IdNat as OU."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Paris (75)"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, centre.name[:_TEXT_LIMIT]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, centre.structure_id),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def professional_name(user: Professional) -> x509.Name:
    """DN of a card's certificate: profession as title, then PS_IdNat, name and given name in one RDN."""
    person = x509.RelativeDistinguishedName(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, user.ps_id),
            x509.NameAttribute(NameOID.SURNAME, user.family_name[:_TEXT_LIMIT]),
            x509.NameAttribute(NameOID.GIVEN_NAME, user.given_name[:_TEXT_LIMIT]),
        ]
    )
    title = x509.NameAttribute(NameOID.TITLE, user.profession_label[:_TEXT_LIMIT])
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")
    return x509.Name([x509.RelativeDistinguishedName([country]), x509.RelativeDistinguishedName([title]), person])


def service_name(common_name: str) -> x509.Name:
    """DN of the kit's own certificates: its authorities and its server."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "BANC DE TEST DMP IMAGERIE"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


class Authority:
    """A self-signed authority that issues certificates and one revocation list."""

    def __init__(self, common_name: str, kind: KeyKind, start: datetime, end: datetime) -> None:
        self._kind = kind
        self._key = _new_key(kind)
        self._name = service_name(common_name)
        public = self._key.public_key()
        self.certificate = (
            _builder(self._name, self._name, self._key, start, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(key_cert_sign=True, crl_sign=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(public)

    def issue(self, subject: x509.Name, use: Use, start: datetime, end: datetime, hosts: Sequence[str] = ()) -> Issued:
        """Issue a certificate for ``use``, valid from ``start`` to ``end``; ``hosts`` are names and addresses."""
        key = _new_key(self._kind)
        builder = (
            _builder(subject, self._name, key, start, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage_of(use, self._kind), critical=True)
            .add_extension(self._identifier, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if use is not Use.SIGNATURE:
            purpose = ExtendedKeyUsageOID.SERVER_AUTH if use is Use.SERVER else ExtendedKeyUsageOID.CLIENT_AUTH
            builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        if hosts:
            names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        return Issued(builder.sign(self._key, hashes.SHA256()), key)

    def revocation_list(
        self, revoked: Iterable[x509.Certificate], start: datetime, end: datetime
    ) -> x509.CertificateRevocationList:
        """The authority's CRL. Its next update is ``end``: test certificates are kept between runs."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(start)
            .next_update(end)
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(self._identifier, critical=False)
        )
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(start)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end - timedelta(seconds=1))
    )


def _new_key(kind: KeyKind) -> PrivateKey:
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def _usage_of(use: Use, kind: KeyKind) -> x509.KeyUsage:
    if use is Use.SIGNATURE:
        return _key_usage(digital_signature=True, content_commitment=True)
    return _key_usage(digital_signature=True, key_encipherment=kind == "rsa")


def _key_usage(
    *,
    digital_signature: bool = False,
    content_commitment: bool = False,
    key_encipherment: bool = False,
    key_cert_sign: bool = False,
    crl_sign: bool = False,
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=content_commitment,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
