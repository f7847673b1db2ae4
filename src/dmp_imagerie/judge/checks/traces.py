"""Checks on what the product keeps and shows of the patient's agreement.

A trace row is what ``inspect(view="traces")`` displays: at least ``at`` (ISO 8601), ``who`` and ``what``; the words are
the product's own, so that only the form of the agreement ("oral", "écrit") is looked for in them.
"""

from collections.abc import Mapping
from datetime import datetime

from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Verb

FORMS = ("oral", "écrit")
_HINT = "Montrez pour chaque recueil : la date et l'heure, la forme (oral, écrit) et la personne qui a recueilli."
Row = Mapping[str, str]


def _inspections(scene: Scene) -> tuple[Verb, ...]:
    return tuple(
        verb for verb in scene.verbs("inspect") if verb.arguments.get("view") == "traces" and status_of(verb) == "done"
    )


def _rows(scene: Scene) -> list[Row]:
    seen = _inspections(scene)
    return list((seen[-1].outcome or {}).get("displayed", ())) if seen else []


def _of_agreement(rows: list[Row], form: str) -> list[Row]:
    return [row for row in rows if any(form in str(value).lower() for value in row.values())]


def _dated(row: Row) -> bool:
    try:
        return datetime.fromisoformat(row.get("at", "")).tzinfo is not None
    except ValueError:
        return False


@check("aucune-trace-d-accord")
def no_trace(scene: Scene) -> Finding:
    """Avant tout recueil, aucune trace d'accord n'est montrée."""
    expected = "aucune trace d'accord avant le recueil"
    if not _inspections(scene):
        return inconclusive(expected, "les traces n'ont pas été montrées", scene.verbs("inspect"))
    found = [row for form in FORMS for row in _of_agreement(_rows(scene), form)]
    if found:
        return failed(expected, f"{len(found)} trace(s) d'accord sans recueil", _inspections(scene))
    return passed(expected, evidence=_inspections(scene))


@check("trace-de-l-accord")
def agreement_traced(scene: Scene) -> Finding:
    """La trace montre la date, la forme et la personne. Source : feuillet, « Consulter » ❶. Params : ``form``."""
    form = scene.params["form"]
    expected = f"une trace datée, « {form} », avec qui a recueilli l'accord"
    collected = [verb for verb in scene.verbs("record_consent") if status_of(verb) in ("done", "accepted")]
    if not collected or not _inspections(scene):
        return inconclusive(expected, "accord non recueilli, ou traces non montrées", scene.verbs())
    rows = _of_agreement(_rows(scene), form)
    evidence = [*collected, *_inspections(scene)]
    if not rows:
        return failed(expected, f"{len(_rows(scene))} trace(s), aucune « {form} »", evidence, hint=_HINT)
    user = scene.user("radiologue")
    names = (user.ps_id, user.family_name)
    whole = [row for row in rows if _dated(row) and any(name in row.get("who", "") for name in names)]
    if not whole:
        lacks = "sans date" if not any(map(_dated, rows)) else "sans la personne qui a recueilli"
        return failed(expected, f"trace {lacks}", evidence, hint=_HINT)
    return passed(expected, evidence=evidence)


@check("information-et-accord-enregistres")
def both_recorded(scene: Scene) -> Finding:
    """Le produit a une fonction qui enregistre l'information et l'accord."""
    expected = "information et accord enregistrés par le produit"
    verbs = scene.verbs("record_information", "record_consent")
    done = {verb.name for verb in verbs if status_of(verb) in ("done", "accepted")}
    if done == {"record_information", "record_consent"}:
        return passed(expected, evidence=verbs)
    return failed(expected, f"enregistré : {', '.join(sorted(done)) or 'rien'}", verbs)


@check("information-et-accord-relus")
def both_traced(scene: Scene) -> Finding:
    """L'information et l'accord se relisent dans les traces. Source : feuillet, NB (vague 2)."""
    expected = "une trace de l'information et une trace de l'accord"
    if not _inspections(scene):
        return inconclusive(expected, "les traces n'ont pas été montrées", scene.verbs("inspect"))
    words = [" ".join(map(str, row.values())).lower() for row in _rows(scene)]
    missing = [
        name
        for name, word in (("information", "inform"), ("accord", "oral"))
        if not any(word in text for text in words)
    ]
    if missing:
        return failed(expected, f"aucune trace : {', '.join(missing)}", _inspections(scene), hint=_HINT)
    return passed(expected, evidence=_inspections(scene))
