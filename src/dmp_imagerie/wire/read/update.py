"""Reading of metadata updates (TD3.3): changes of status and new versions of an entry.

Promises the judge and the simulated DMP what a ``SubmitObjectsRequest`` asks for, without deciding whether it may.
Source: IHE ITI TF-2 §3.57; DMP interface, TD3.3.
"""

from lxml import etree

from dmp_imagerie.model.plain import Plain
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.metadata import Association, EntryMetadata, SetMetadata
from dmp_imagerie.wire.namespaces import LCM, q
from dmp_imagerie.wire.read.elements import expect
from dmp_imagerie.wire.read.xds import read_submission


class StatusChange(Plain):
    """The availability of a document changes: ``target`` is its entryUUID, the statuses are full URNs."""

    target: str
    original: str
    new: str


class NewVersion(Plain):
    """An entry submitted again with other metadata; ``previous`` is the version it follows ("" when not said)."""

    entry: EntryMetadata
    previous: str


class Update(Plain):
    """A metadata update; ``warnings`` are those of :class:`~dmp_imagerie.wire.read.xds.Submission`."""

    set: SetMetadata | None
    status_changes: tuple[StatusChange, ...] = ()
    new_versions: tuple[NewVersion, ...] = ()
    warnings: tuple[str, ...] = ()


def read_update(body: etree._Element) -> Update:
    """Read a ``SubmitObjectsRequest`` (TD3.3).

    Raises:
        WireError: ``corps-inattendu``, ``element-absent``, ``attribut-absent``, ``identifiant-double``,
            ``lots-multiples``.
    """
    submission = read_submission(expect(body, q(LCM, "SubmitObjectsRequest")))
    previous = {
        link.target: _slot(link, codes.PREVIOUS_VERSION_SLOT)
        for link in submission.associations
        if link.type == codes.HAS_MEMBER
    }
    return Update(
        set=submission.set,
        status_changes=tuple(
            StatusChange(
                target=link.target,
                original=_slot(link, codes.ORIGINAL_STATUS_SLOT),
                new=_slot(link, codes.NEW_STATUS_SLOT),
            )
            for link in submission.associations
            if link.type == codes.UPDATE_AVAILABILITY
        ),
        new_versions=tuple(
            NewVersion(entry=entry, previous=previous.get(entry.entry_id, "")) for entry in submission.entries
        ),
        warnings=submission.warnings,
    )


def _slot(association: Association, name: str) -> str:
    return next(iter(association.slots.get(name, ())), "")
