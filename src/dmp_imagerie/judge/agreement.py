"""The patient's answers on the consultation of their DMP, as the product recorded them: which one holds, and when.

An answer holds for the episode of care it was given for, and until the next one. The episode of a call is that of the
exam its patient came for last when it was made; a journal that shows no exam (none of a run does) has no episodes, and
there any answer of the patient holds. Source: leaflet, « Consulter » ❶; PAM.fr §6.14.11.
"""

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.judge.engine import began, taken
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Exchange, Verb, World
from dmp_imagerie.model.values import Agreement


def agreed_at(scene: Scene) -> int | None:
    """When consultation became allowed and stayed so, None when the last answer does not allow it.

    The agreement counts from the gesture that records it: a product may declare the authorisation in the same one.
    """
    agreed = None
    for answer in reversed(_answers(scene, scene.patient().local_id, scene.events[-1].seq + 1)):
        if not _allows(answer, scene.policy):
            break
        agreed = began(answer)
    return agreed


def agrees(scene: Scene, local_id: str, seq: int) -> bool:
    """Whether the last answer of this patient before this moment, for their episode of then, lets one consult."""
    answers = _answers(scene, local_id, seq)
    return bool(answers) and _allows(answers[-1], scene.policy)


def all_agree(scene: Scene, exchange: Exchange) -> bool:
    """Whether every patient of the scene that an exchange names had agreed when it came: what the VIHF says of one and
    the query of another is asked of both. An exchange that names nobody of the scene has nobody's agreement."""
    return all(agrees(scene, local_id, exchange.seq) for local_id in _spoken_of(scene, exchange) or {""})


def withdrawn(scene: Scene, exchange: Exchange) -> bool:
    """Whether a patient whom an exchange names had agreed, then refused, before it came."""
    for local_id in _spoken_of(scene, exchange):
        answers = _answers(scene, local_id, exchange.seq)
        refused = bool(answers) and answers[-1].arguments.get("agreement") == Agreement.REFUSED.value
        if refused and any(_allows(answer, scene.policy) for answer in answers):
            return True
    return False


def _spoken_of(scene: Scene, exchange: Exchange) -> set[str]:
    """The patients of the scene that an exchange names, by local id."""
    named = scene.named(exchange)
    patients = [world.data for world in scene.of(World) if world.kind == "patient"]
    return {str(data["local_id"]) for data in patients if (data.get("ins") or {}).get("value") in named}


def _answers(scene: Scene, local_id: str, seq: int) -> list[Verb]:
    """What the product recorded of this patient's answers before this moment, for their episode of then, in order."""
    episode = _episode(scene, local_id, seq)
    return [
        verb
        for verb in scene.verbs("record_consent")
        if taken(verb)
        and began(verb) < seq
        and verb.arguments.get("patient_id") == local_id
        and episode in (None, verb.arguments.get("episode", ""))
    ]


def _episode(scene: Scene, local_id: str, seq: int) -> str | None:
    """The episode of the exam the patient then came for, None when the scene shows no exam."""
    exams = [w.data for w in scene.of(World) if w.kind == "exam" and w.data["patient_id"] == local_id and w.seq < seq]
    return str(exams[-1].get("episode", "")) if exams else None


def _allows(verb: Verb, policy: Policy) -> bool:
    """Whether this recorded answer lets the care team consult under ``policy``.

    ``feuillet``: informed and agreed. ``equipe_de_soins``: informed and not refused (R. 1111-46, PAM.fr ZFA-11).
    """
    informed = bool(verb.arguments.get("informed", True))
    agreement = verb.arguments.get("agreement")
    if policy.consentement == "equipe_de_soins":
        return informed and agreement != Agreement.REFUSED.value
    return informed and agreement == Agreement.GIVEN.value
