"""Checks on what the product keeps and shows of the patient's agreement.

A trace row is what ``inspect(view="traces")`` displays: at least ``at`` (ISO 8601), ``who`` and ``what``. The words are
the product's own: the form of the agreement ("oral", "écrit") and the word of information are looked for in them, as
whole words: a temporal bone is no oral agreement. A row that speaks of information, and of no agreement, is no trace of
one, whatever form it names.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from dmp_imagerie.judge.engine import status_of, taken
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import signed_in
from dmp_imagerie.model.events import Verb
from dmp_imagerie.model.values import Professional

FORMS = {"oral": re.compile(r"\borale?s?\b", re.IGNORECASE), "écrit": re.compile(r"\b[eé]crite?s?\b", re.IGNORECASE)}
ANY_FORM = re.compile("|".join(words.pattern for words in FORMS.values()), re.IGNORECASE)
INFORMATION = re.compile(r"\binform(?!ati(?:que|s))", re.IGNORECASE)
AGREEMENT = re.compile(r"\b(?:accord|consent|autoris|accept)", re.IGNORECASE)
A_DAY = timedelta(days=1)
_HINT = "Montrez pour chaque recueil : la date et l'heure, la forme (oral, écrit) et la personne qui a recueilli."
Row = Mapping[str, str]


def _inspections(scene: Scene) -> tuple[Verb, ...]:
    return tuple(
        verb for verb in scene.verbs("inspect") if verb.arguments.get("view") == "traces" and status_of(verb) == "done"
    )


def _rows(scene: Scene) -> list[Row]:
    seen = _inspections(scene)
    return list((seen[-1].outcome or {}).get("displayed", ())) if seen else []


def _speaking(rows: Iterable[Row], words: re.Pattern[str]) -> list[Row]:
    """The rows that hold one of these words; « é » is the same letter in one sign or in two."""
    return [row for row in rows if any(words.search(unicodedata.normalize("NFC", str(v))) for v in row.values())]


def _agreements(rows: Iterable[Row], form: re.Pattern[str] = ANY_FORM) -> list[Row]:
    """The rows that may be the trace of an agreement given in this form."""
    return [row for row in _speaking(rows, form) if _speaking([row], AGREEMENT) or not _speaking([row], INFORMATION)]


def _recorded(scene: Scene, name: str) -> tuple[Verb, ...]:
    """The gestures of this name that the product took, before the traces were last shown."""
    last = next(reversed(_inspections(scene)), None)
    return tuple(verb for verb in scene.verbs(name) if taken(verb) and (not last or verb.seq < last.seq))


def _of_that_day(row: Row, gesture: Verb) -> bool:
    """Whether a row is dated of the gesture, to within a day: a date alone, or a local time, is a date all the same."""
    try:
        day = datetime.fromisoformat(str(row.get("at", ""))).date()
    except ValueError:
        return False
    return abs(day - datetime.fromisoformat(gesture.at).date()) <= A_DAY


def _names(row: Row, user: Professional, centre: str) -> bool:
    """Whether a row names this user, by identifier or by family name; the name of the centre is nobody's."""
    who = str(row.get("who", "")).upper().replace(centre.upper(), "")
    by_number = user.ps_id in who or user.ps_id[1:] in who
    return by_number or re.search(rf"\b{re.escape(user.family_name.upper())}\b", who) is not None


@check("aucune-trace-d-accord", on_word=True)
def no_trace(scene: Scene) -> Finding:
    """Avant tout recueil, aucune trace d'accord n'est montrée."""
    expected = "aucune trace d'accord avant le recueil"
    if not _inspections(scene):
        return inconclusive(expected, "les traces n'ont pas été montrées", scene.verbs("inspect"))
    found = _agreements(_rows(scene))
    if found:
        return failed(expected, f"{len(found)} trace(s) d'accord sans recueil", _inspections(scene))
    return passed(expected, evidence=_inspections(scene))


@check("trace-de-l-accord", on_word=True)
def agreement_traced(scene: Scene) -> Finding:
    """La trace montre la date du recueil, la forme et qui a recueilli. Source : feuillet, « Consulter » ❶.

    Whoever collected is the user then signed in. Params: ``form``.
    """
    form = scene.params["form"]
    expected = f"une trace du jour, « {form} », avec qui a recueilli l'accord"
    collected = _recorded(scene, "record_consent")
    if not collected or not _inspections(scene):
        return inconclusive(expected, "accord non recueilli, ou traces non montrées", scene.verbs())
    evidence = [*collected, *_inspections(scene)]
    users = {user.ps_id: user for user in scene.users()}
    collector = users.get(signed_in(scene, collected[-1]))
    if collector is None:
        return inconclusive(expected, "personne n'avait ouvert de session pour le recueillir", evidence)
    rows = _agreements(_rows(scene), FORMS[form])
    dated = [row for row in rows if _of_that_day(row, collected[-1])]
    if any(_names(row, collector, scene.centre().name) for row in dated):
        return passed(expected, evidence=evidence)
    if not rows:
        told = f"{len(_rows(scene))} trace(s), aucune d'un accord « {form} »"
    elif not dated:
        told = f"trace sans la date du recueil : {', '.join(str(row.get('at')) or 'aucune' for row in rows)}"
    else:
        who = ", ".join(str(row.get("who")) or "personne" for row in dated)
        told = f"trace sans la personne qui a recueilli : {who}"
    return failed(expected, told, evidence, hint=_HINT)


@check("information-et-accord-enregistres", on_word=True)
def both_recorded(scene: Scene) -> Finding:
    """Le produit a une fonction qui enregistre l'information et l'accord."""
    expected = "information et accord enregistrés par le produit"
    verbs = scene.verbs("record_information", "record_consent")
    if len({verb.name for verb in verbs}) < 2:
        return inconclusive(expected, "l'information ou l'accord n'a pas été recueilli", verbs)
    done = {verb.name for verb in verbs if taken(verb)}
    if done == {"record_information", "record_consent"}:
        return passed(expected, evidence=verbs)
    return failed(expected, f"enregistré : {', '.join(sorted(done)) or 'rien'}", verbs)


@check("information-et-accord-relus", on_word=True)
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
    agreement = _agreements(_rows(scene))
    if any(told is not agreed for told in information for agreed in agreement):
        return passed(expected, evidence=evidence)
    missing = [name for name, rows in (("information", information), ("accord", agreement)) if not rows]
    told = f"aucune trace : {', '.join(missing)}" if missing else "une seule trace pour les deux"
    return failed(expected, told, evidence, hint=_HINT)
