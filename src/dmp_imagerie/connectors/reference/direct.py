"""The direct route: the product speaks SOAP to the DMP itself. Source: DMP interface, TD0.2, TD2.1, TD3.3."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from dmp_imagerie.connectors.contract import Surroundings
from dmp_imagerie.connectors.inprocess import RefusedError
from dmp_imagerie.connectors.reference.decisions import Decisions
from dmp_imagerie.connectors.reference.dmp_client import DmpClient
from dmp_imagerie.connectors.reference.filed import FiledReports
from dmp_imagerie.connectors.reference.records import KeptReport
from dmp_imagerie.connectors.reference.route import Sending
from dmp_imagerie.connectors.reference.session import Session, voice_of_structure, voice_with_e_cps
from dmp_imagerie.connectors.reference.signature_entry import signed
from dmp_imagerie.connectors.reference.submission import confidentiality, prepare_submission
from dmp_imagerie.model.values import DmpState

_NO_DMP = {
    DmpState.ABSENT: "le patient n'a pas de DMP",
    DmpState.CLOSED: "le DMP du patient est fermé",
}


class DirectRoute:
    """The reports leave in the name of the structure; who may see them changes in the name of the signed-in user."""

    def __init__(
        self,
        surroundings: Surroundings,
        client: DmpClient,
        session: Session,
        decisions: Decisions,
        now: Callable[[], datetime],
    ) -> None:
        self._surroundings = surroundings
        self._centre = surroundings.centre
        self._client = client
        self._session = session
        self._decisions = decisions
        self._now = now
        self._filed = FiledReports(client, surroundings.centre)

    def file(self, sending: Sending) -> KeptReport:
        """TD0.2, then TD2.1 if there is an open DMP, in the name of the structure (VIHF INDIRECTE)."""
        kept, ins = sending.kept, sending.ins
        voice, now = voice_of_structure(self._surroundings, self._decisions.feeds_as(sending.author)), self._now()
        state = self._client.existence(voice, ins).state
        if state is not DmpState.OPEN:
            raise RefusedError(_NO_DMP[state])
        submission = prepare_submission(
            kept,
            sending.exam,
            sending.patient,
            sending.author,
            self._centre,
            ins=ins,
            set_ins=sending.set_ins,
            decisions=self._decisions,
            now=now,
            replaces=self._filed.find(voice, ins, kept.replaces).entry_id if kept.replaces else "",
        )
        self._client.submit(voice, ins, signed(submission, self._client.seal(voice.seal), self._centre, now))
        # A CDA that came with the report has its own identifier: it is the one to ask the DMP for later.
        return msgspec.structs.replace(kept, unique_id=submission.entries[0].unique_id)

    def show(self, sending: Sending, *, unattended: bool = False) -> KeptReport:
        """TD3.3a and TD3.3b, in the user's name; by itself, in the author's."""
        kept = sending.kept
        voice = voice_with_e_cps(self._surroundings, sending.author) if unattended else self._session.voice()
        codes = confidentiality(kept, self._decisions)
        self._filed.show_to(voice, sending.ins, kept.unique_id, codes, self._now())
        return kept

    def withdraw(self, sending: Sending) -> None:
        """TD3.3c, in the name of the structure."""
        voice = voice_of_structure(self._surroundings, sending.author)
        self._filed.delete(voice, sending.ins, sending.kept.in_dmp, self._now())
