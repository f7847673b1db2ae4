"""XDS metadata as plain values, shared by the two sides of the wire so that neither imports the other.

Promises readers, builders, the judge and the simulated DMP the same shapes. A text that the message does not carry
is ``""`` and an absent list ``()``: XDS makes no difference between an absent attribute and an empty one.
Identifiers, persons and institutions keep their raw HL7 form (CX, XCN, XON), because that form is itself judged.
Times are the raw HL7 times of the message (``yyyyMMdd`` to ``yyyyMMddHHmmss``, UTC for the DMP).
"""

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire.codes import SEVERITY_ERROR


class Code(Plain):
    """A coded value: ``code`` in the code system ``scheme`` (an OID, or a word such as ``URN``), with its label."""

    code: str
    scheme: str = ""
    label: str = ""


class Author(Plain):
    """An author of a document or of a submission. Source: IHE ITI TF-3 §4.2.3.1.4.

    ``person`` is an XCN, ``institutions`` are XONs, ``specialties`` are ``code^label^scheme``.
    """

    person: str = ""
    institutions: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class EntryMetadata(Plain):
    """A DocumentEntry. Source: IHE ITI TF-3 §4.2.3.2; DMP interface, metadata of TD2.1.

    ``entry_id`` is symbolic in a submission, a ``urn:uuid:`` once registered; ``logical_id`` is ``lid``;
    ``status`` a full availability URN; ``hash`` the hexadecimal SHA-1 and ``size`` the length in bytes of the document;
    ``source_patient_info`` the ``PID-n|value`` lines; ``reference_ids`` CXi values.
    """

    entry_id: str
    unique_id: str = ""
    logical_id: str = ""
    patient_id: str = ""
    source_patient_id: str = ""
    source_patient_info: tuple[str, ...] = ()
    title: str = ""
    comments: str = ""
    mime_type: str = ""
    language: str = ""
    creation_time: str = ""
    service_start: str = ""
    service_stop: str = ""
    hash: str = ""
    size: int | None = None
    repository_id: str = ""
    legal_authenticator: str = ""
    status: str = ""
    version: str = ""
    authors: tuple[Author, ...] = ()
    class_code: Code | None = None
    type_code: Code | None = None
    format_code: Code | None = None
    facility_type: Code | None = None
    practice_setting: Code | None = None
    confidentiality: tuple[Code, ...] = ()
    event_codes: tuple[Code, ...] = ()
    reference_ids: tuple[str, ...] = ()
    uri: str = ""


class SetMetadata(Plain):
    """A SubmissionSet. Source: IHE ITI TF-3 §4.2.3.3."""

    set_id: str
    unique_id: str = ""
    source_id: str = ""
    patient_id: str = ""
    submission_time: str = ""
    title: str = ""
    comments: str = ""
    status: str = ""
    authors: tuple[Author, ...] = ()
    content_type: Code | None = None
    intended_recipients: tuple[str, ...] = ()


class Association(Plain):
    """A link between two registry objects; ``type`` is a full URN, ``slots`` the values by slot name.

    Source: IHE ITI TF-3 §4.2.2.
    """

    association_id: str
    type: str
    source: str
    target: str
    slots: dict[str, tuple[str, ...]] = {}


class RegistryError(Plain):
    """One error or warning of a registry response: ``code`` such as ``XDSDuplicateUniqueIdInRegistry``.

    ``context`` is the sentence for people, ``severity`` a full URN. Source: IHE ITI TF-3 §4.2.4.
    """

    code: str
    context: str = ""
    severity: str = SEVERITY_ERROR
    location: str = ""
