"""What the registered invariants say of traffic nobody played a scenario for.

Promises the live page the judge's own functions, on what the wire shows and nothing else: a rule that needs what
happened inside the product is said to be out of sight, never broken.
"""

from collections.abc import Callable
from typing import TypeVar

import dmp_imagerie.judge.checks  # noqa: F401 - registers the invariants
from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.journal.view import Journal
from dmp_imagerie.judge import finding as say
from dmp_imagerie.judge.finding import Finding
from dmp_imagerie.judge.registry import INVARIANTS, Invariant
from dmp_imagerie.judge.scene import Scene, SceneError
from dmp_imagerie.model.events import Alert, Event, Exchange, World
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.model.verdicts import Outcome

E = TypeVar("E", bound=Event)

UNATTRIBUTED = ""
CONTEXT = 60
"""How many earlier exchanges an invariant may look back on: the page stays quick however long the sandbox runs."""

_ON_THE_WIRE = (Exchange, Alert, World)


class Opinion(Plain):
    """What one invariant says of one exchange."""

    rule: str
    invariant: str
    finding: Finding


class TrafficScene(Scene):
    """A scene where only traffic can be seen. Asking it for what the product was told or did raises SceneError."""

    def of(self, kind: type[E]) -> tuple[E, ...]:
        """The events of one class, in order. Raises SceneError for a class no traffic shows."""
        if not issubclass(kind, _ON_THE_WIRE):
            raise SceneError("seuls les messages se voient, pas ce qui se passe dans le produit")
        return super().of(kind)


def opinions(journal: Journal, exchange: Exchange, policy: Policy) -> tuple[Opinion, ...]:
    """Return what each invariant says of ``exchange``, given the exchanges before it. Never raises.

    Invariants that do not speak of it are left out.
    """
    before = [event for event in journal.of_scenario(UNATTRIBUTED) if event.seq <= exchange.seq]
    world = [event for event in before if isinstance(event, World)]
    traffic = [event for event in before if isinstance(event, Exchange)][-CONTEXT:]

    def scene_of(exchanges: list[Exchange]) -> Scene:
        return TrafficScene(journal.selected((*world, *exchanges)), UNATTRIBUTED, exchange.seq, policy=policy)

    found = []
    for invariant in INVARIANTS.values():
        finding = _ask(invariant, exchange, traffic, scene_of)
        if finding is not None:
            found.append(Opinion(rule=invariant.rule, invariant=invariant.name, finding=finding))
    return tuple(found)


def _ask(
    invariant: Invariant, exchange: Exchange, traffic: list[Exchange], scene_of: Callable[[list[Exchange]], Scene]
) -> Finding | None:
    """An invariant names the first exchange at fault: those before ours are set aside until it speaks of ours."""
    while True:
        try:
            finding = _judged(invariant, scene_of(traffic), scene_of([exchange]))
        except Exception as error:  # noqa: BLE001 - a broken invariant is the kit's fault, and must be said, not raised
            return say.kit_error(invariant.name, f"{type(error).__name__} : {error}")
        if finding is None or exchange.seq in finding.evidence or finding.needs:
            return finding
        kept = [earlier for earlier in traffic if earlier.seq not in finding.evidence]
        if finding.outcome is not Outcome.NON_CONFORME or len(kept) == len(traffic):
            return _doubt(invariant, scene_of([exchange]))
        traffic = kept


def _doubt(invariant: Invariant, alone: Scene) -> Finding | None:
    """What keeps ours from being judged, when all that the invariant says is about those before."""
    finding = _judged(invariant, alone, alone)
    return finding if finding is not None and finding.needs else None


def _judged(invariant: Invariant, scene: Scene, alone: Scene) -> Finding | None:
    """What the invariant says of ``scene``; out of sight when it asks for more, if it speaks of ``alone`` at all."""
    try:
        return invariant.function(scene)
    except SceneError as error:
        reason = str(error)
    try:
        spoken = invariant.function(alone) is not None
    except SceneError:
        spoken = True
    doc = (invariant.function.__doc__ or invariant.name).strip().splitlines()[0]
    return say.unverifiable(doc, reason, "produit") if spoken else None
