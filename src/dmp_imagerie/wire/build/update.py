"""Building of metadata updates (TD3.3): changes of status and new versions of an entry.

Promises whoever drives the DMP the body of these messages, ready for an envelope.
Source: IHE ITI TF-2 §3.57; DMP interface, TD3.3.
"""

from lxml import etree

from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds import update_body
from dmp_imagerie.wire.metadata import Association, EntryMetadata, SetMetadata


def status_update(submission_set: SetMetadata, target: str, original: str, new: str) -> etree._Element:
    """Delete, archive or take out of the archives (TD3.3c, TD3.3d).

    Args:
        submission_set: the set that carries the change.
        target: entryUUID of the document, as TD3.1 gives it.
        original, new: availability URNs, such as ``codes.APPROVED`` and ``codes.DELETED``.
    """
    change = Association(
        association_id="association1",
        type=codes.UPDATE_AVAILABILITY,
        source=submission_set.set_id,
        target=target,
        slots={codes.ORIGINAL_STATUS_SLOT: (original,), codes.NEW_STATUS_SLOT: (new,)},
    )
    return update_body(submission_set, (), (change,))


def version_update(submission_set: SetMetadata, entry: EntryMetadata, previous: str) -> etree._Element:
    """Mask, unmask or make visible (TD3.3a, TD3.3b): the whole entry again, with its new confidentiality codes.

    ``entry`` keeps the ``logical_id`` that TD3.1 gave; ``previous`` is the version it follows, such as ``"1"``.
    """
    membership = Association(
        association_id="association1",
        type=codes.HAS_MEMBER,
        source=submission_set.set_id,
        target=entry.entry_id,
        slots={codes.SET_STATUS_SLOT: ("Original",), codes.PREVIOUS_VERSION_SLOT: (previous,)},
    )
    return update_body(submission_set, (entry,), (membership,))
