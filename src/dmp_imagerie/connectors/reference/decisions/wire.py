"""How a RIS writes what it sends: the last hand on a message, before its signature and after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dmp_imagerie.connectors.contract import KeyPair
from dmp_imagerie.wire.build.hl7v2_documents import mdm
from dmp_imagerie.wire.build.vihf import VihfContent
from dmp_imagerie.wire.hl7v2 import DocumentRequest, Envelope
from dmp_imagerie.wire.metadata import EntryMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request about to leave: its transaction ("TD2.1"), its Content-Type, its bytes, and other HTTP headers."""

    transaction: str
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Rewrite = Callable[[Outgoing], Outgoing]


def entry_as_is(entry: EntryMetadata) -> EntryMetadata:
    """The metadata say what the document says."""
    return entry


def document_as_is(document: bytes) -> bytes:
    """A document is written, hashed and sent as one and the same sequence of bytes."""
    return document


def message_as_is(message: bytes) -> bytes:
    """An HL7v2 message leaves as it was written."""
    return message


def own_seal(_tls: KeyPair, seal: KeyPair) -> KeyPair:
    """What signs is not what opens the TLS session. Source: EX_GEN-1450."""
    return seal


def vihf_as_is(content: VihfContent) -> VihfContent:
    """The VIHF says who speaks, on whose DMP."""
    return content


@dataclass(frozen=True, kw_only=True)
class WireDecisions:
    """Choices of wording. The defaults change nothing.

    Attributes:
        entry_sent: the metadata of a report as they leave, from what the document says.
        document_written: the bytes of the report the product writes, before its hash and its size are taken.
        document_sent: the bytes of a document as they leave, once its hash and its size are taken.
        message_form: how a request to the platform is written: an MDM, or an ORU.
        message_sent: the bytes of an HL7v2 message as they leave for the platform, from what it should say.
        signs_with: the pair that signs the VIHF, from the one of the TLS session and the one that seals.
        vihf_sent: what a VIHF says once signed, from what it should say.
        rewrites: what happens, in this order, to each request once it is written and signed.
    """

    entry_sent: Callable[[EntryMetadata], EntryMetadata] = entry_as_is
    document_written: Callable[[bytes], bytes] = document_as_is
    document_sent: Callable[[bytes], bytes] = document_as_is
    message_form: Callable[[Envelope, DocumentRequest], bytes] = mdm
    message_sent: Callable[[bytes], bytes] = message_as_is
    signs_with: Callable[[KeyPair, KeyPair], KeyPair] = own_seal
    vihf_sent: Callable[[VihfContent], VihfContent] = vihf_as_is
    rewrites: tuple[Rewrite, ...] = ()
