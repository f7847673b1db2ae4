"""What can still be done to a report once the DMP has it: change who sees it, withdraw it, find it to replace it.

Promises that the DMP is asked for the entry's current identity first: its entryUUID changes at every change.
Source: DMP interface §3.3 (identities) and §5, TD3.1b, TD3.3.
"""

from datetime import datetime

import msgspec

from dmp_imagerie.connectors.inprocess import RefusedError
from dmp_imagerie.connectors.reference.dmp_client import DmpClient, Voice
from dmp_imagerie.connectors.reference.submission import ENTRY_ID, SET_ID, submission_set
from dmp_imagerie.model.values import Centre, Ins
from dmp_imagerie.wire import codes
from dmp_imagerie.wire.build.xds import link
from dmp_imagerie.wire.metadata import Association, Code, EntryMetadata, SetMetadata


class FiledReports:
    """The centre's documents in the DMPs."""

    def __init__(self, client: DmpClient, centre: Centre) -> None:
        self._client = client
        self._centre = centre

    def find(self, voice: Voice, ins: Ins, unique_id: str) -> EntryMetadata:
        """TD3.1b: the entry of a document, as the DMP keeps it. Raises RefusedError when it is there no more."""
        entry = self._client.filed_entry(voice, ins, unique_id)
        if entry is None:
            raise RefusedError("Le DMP ne retrouve pas ce document : il y a peut-être été supprimé.")
        return entry

    def show_to(self, voice: Voice, ins: Ins, unique_id: str, confidentiality: tuple[Code, ...], now: datetime) -> None:
        """TD3.3a and TD3.3b: the whole entry again, with other confidentiality codes, as a new version of itself."""
        entry = self.find(voice, ins, unique_id)
        changed = msgspec.structs.replace(entry, entry_id=ENTRY_ID, confidentiality=confidentiality)
        previous = {codes.PREVIOUS_VERSION_SLOT: (entry.version or "1",)}
        member = link("Association01", codes.HAS_MEMBER, SET_ID, ENTRY_ID, previous)
        self._client.update(voice, ins, self._set(voice, ins, entry, now), (changed,), (member,))

    def delete(self, voice: Voice, ins: Ins, unique_id: str, now: datetime) -> None:
        """TD3.3c: the document is deleted (the DMP keeps it, and shows it to nobody)."""
        entry = self.find(voice, ins, unique_id)
        change = Association(
            association_id="Association01",
            type=codes.UPDATE_AVAILABILITY,
            source=SET_ID,
            target=entry.entry_id,
            slots={
                codes.ORIGINAL_STATUS_SLOT: (entry.status or codes.APPROVED,),
                codes.NEW_STATUS_SLOT: (codes.DELETED,),
            },
        )
        self._client.update(voice, ins, self._set(voice, ins, entry, now), (), (change,))

    def _set(self, voice: Voice, ins: Ins, entry: EntryMetadata, now: datetime) -> SetMetadata:
        return submission_set(entry.title, voice.user, self._centre, ins, now)
