"""Checks on what the product keeps and shows of the patient's agreement.

A trace row is what ``inspect(view="traces")`` displays: at least ``at`` (ISO 8601), ``who`` and ``what``; the words are
the product's own, so that only the form of the agreement ("oral", "écrit") and the word of information are looked
for in them, as whole words: a temporal bone is no oral agreement.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Verb

FORMS = {"oral": re.compile(r"\borale?s?\b", re.IGNORECASE), "écrit": re.compile(r"\b[eé]crite?s?\b", re.IGNORECASE)}
INFORMATION = re.compile(r"\binform(?!ati(?:que|s))", re.IGNORECASE)
RECORDED = ("done", "accepted")
_HINT = "Montrez pour chaque recueil : la date et l'heure, la forme (oral, écrit) et la personne qui a recueilli."
Row = Mapping[str, str]


def _inspections(scene: Scene) -> tuple[Verb, ...]:
    return tuple(
        verb for verb in scene.verbs("inspect") if verb.arguments.get("view") == "traces" and status_of(verb) == "done"
    )


def _rows(scene: Scene) -> list[Row]:
    seen = _inspections(scene)
    return list((seen[-1].outcome or {}).get("displayed", ())) if seen else []


def _speaking(rows: list[Row], words: re.Pattern[str]) -> list[Row]:
    return [row for row in rows if any(words.search(str(value)) for value in row.values())]


def _recorded(scene: Scene, name: str) -> tuple[Verb, ...]:
    """The gestures of this name that the product took, before the traces were last shown."""
    last = next(reversed(_inspections(scene)), None)
    return tuple(
        verb for verb in scene.verbs(name) if status_of(verb) in RECORDED and (not last or verb.seq < last.seq)
    )


def _dated(row: Row) -> bool:
    try:
        datetime.fromisoformat(str(row.get("at", "")))
    except ValueError:
        return False
    return True


@check("aucune-trace-d-accord")
def no_trace(scene: Scene) -> Finding:
    """Avant tout recueil, aucune trace d'accord n'est montrée."""
    expected = "aucune trace d'accord avant le recueil"
    if not _inspections(scene):
        return inconclusive(expected, "les traces n'ont pas été montrées", scene.verbs("inspect"))
    found = [row for words in FORMS.values() for row in _speaking(_rows(scene), words)]
    if found:
        return failed(expected, f"{len(found)} trace(s) d'accord sans recueil", _inspections(scene))
    return passed(expected, evidence=_inspections(scene))


@check("trace-de-l-accord")
def agreement_traced(scene: Scene) -> Finding:
    """La trace montre la date, la forme et la personne. Source : feuillet, « Consulter » ❶. Params : ``form``."""
    form = scene.params["form"]
    expected = f"une trace datée, « {form} », avec qui a recueilli l'accord"
    collected = _recorded(scene, "record_consent")
    if not collected or not _inspections(scene):
        return inconclusive(expected, "accord non recueilli, ou traces non montrées", scene.verbs())
    rows = _speaking(_rows(scene), FORMS[form])
    evidence = [*collected, *_inspections(scene)]
    if not rows:
        return failed(expected, f"{len(_rows(scene))} trace(s), aucune « {form} »", evidence, hint=_HINT)
    user = scene.user("radiologue")
    names = (user.ps_id, user.family_name)
    whole = [row for row in rows if _dated(row) and any(name in str(row.get("who", "")).upper() for name in names)]
    if not whole:
        lacks = "sans date" if not any(map(_dated, rows)) else "sans la personne qui a recueilli"
        return failed(expected, f"trace {lacks}", evidence, hint=_HINT)
    return passed(expected, evidence=evidence)


@check("information-et-accord-enregistres")
def both_recorded(scene: Scene) -> Finding:
    """Le produit a une fonction qui enregistre l'information et l'accord."""
    expected = "information et accord enregistrés par le produit"
    verbs = scene.verbs("record_information", "record_consent")
    if len({verb.name for verb in verbs}) < 2:
        return inconclusive(expected, "l'information ou l'accord n'a pas été recueilli", verbs)
    done = {verb.name for verb in verbs if status_of(verb) in RECORDED}
    if done == {"record_information", "record_consent"}:
        return passed(expected, evidence=verbs)
    return failed(expected, f"enregistré : {', '.join(sorted(done)) or 'rien'}", verbs)


@check("information-et-accord-relus")
def both_traced(scene: Scene) -> Finding:
    """L'information et l'accord se relisent dans les traces. Source : feuillet, NB (vague 2)."""
    expected = "une trace de l'information et une trace de l'accord"
    if not _inspections(scene):
        return inconclusive(expected, "les traces n'ont pas été montrées", scene.verbs("inspect"))
    gestures = (*_recorded(scene, "record_information"), *_recorded(scene, "record_consent"))
    if len({verb.name for verb in gestures}) < 2:
        return inconclusive(expected, "l'information ou l'accord n'a pas été enregistré", scene.verbs())
    evidence = [*gestures, *_inspections(scene)]
    information = _speaking(_rows(scene), INFORMATION)
    agreement = [row for words in FORMS.values() for row in _speaking(_rows(scene), words)]
    if any(told is not agreed for told in information for agreed in agreement):
        return passed(expected, evidence=evidence)
    missing = [name for name, rows in (("information", information), ("accord", agreement)) if not rows]
    told = f"aucune trace : {', '.join(missing)}" if missing else "une seule trace pour les deux"
    return failed(expected, told, evidence, hint=_HINT)
