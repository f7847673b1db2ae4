"""How a RIS writes what it sends: the last hand on a message, before its signature and after it."""

from collections.abc import Callable
from dataclasses import dataclass

from dmp_imagerie.wire.build.vihf import VihfContent
from dmp_imagerie.wire.metadata import EntryMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request about to leave: its transaction ("TD2.1"), its Content-Type and its bytes."""

    transaction: str
    content_type: str
    body: bytes


Rewrite = Callable[[Outgoing], Outgoing]


def entry_as_is(entry: EntryMetadata) -> EntryMetadata:
    """The metadata say what the document says."""
    return entry


def document_as_is(document: bytes) -> bytes:
    """The bytes sent are those that were hashed."""
    return document


def vihf_as_is(content: VihfContent) -> VihfContent:
    """The VIHF says who speaks, on whose DMP."""
    return content


@dataclass(frozen=True, kw_only=True)
class WireDecisions:
    """Choices of wording. The defaults change nothing.

    Attributes:
        entry_sent: the metadata of a report as they leave, from what the document says.
        document_sent: the bytes of a document as they leave, once its hash and its size are taken.
        vihf_sent: what a VIHF says once signed, from what it should say.
        rewrites: what happens, in this order, to each request once it is written and signed.
    """

    entry_sent: Callable[[EntryMetadata], EntryMetadata] = entry_as_is
    document_sent: Callable[[bytes], bytes] = document_as_is
    vihf_sent: Callable[[VihfContent], VihfContent] = vihf_as_is
    rewrites: tuple[Rewrite, ...] = ()
