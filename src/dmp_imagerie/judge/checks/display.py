"""Checks on what the product shows of its own sendings.

A row of reports is what ``inspect(view="reports")`` displays: at least ``status``, with ``report_id`` when there may be
several, and a ``reason`` when there is one. The words are the product's own: what says that a report is in the DMP, and
what says that it is not, are looked for in them. A row that says both, or that waits, does not say that it is; one that
waits says that it is not, only once the product has said that nothing is left to send.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from dmp_imagerie.judge.checks.feeding import SUBMISSION, nothing_to_judge, served_submissions
from dmp_imagerie.judge.engine import began, status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import HL7, Exchange, Verb

SENT = re.compile(
    r"\b(?:envoy[ée]|transmis|d[ée]pos[ée]|vers[ée]|aliment[ée]|accept[ée]|re[çc]u|publi[ée])", re.IGNORECASE
)
NOT_SENT = re.compile(
    r"\b(?:non|pas|jamais|[ée]chec|[ée]chou|erreur|refus|rejet|annul|retenu|brouillon|impossible|injoignable|supprim)",
    re.IGNORECASE,
)
WAITING = re.compile(r"\b(?:attente|cours|file)\b|\bà (?:envoyer|transmettre|déposer|verser)", re.IGNORECASE)
_HINT = "Affichez ce que le DMP a répondu au dépôt, et non que le dépôt est parti."
Row = Mapping[str, str]


def _inspected(scene: Scene, after: Iterable[Exchange]) -> Verb | None:
    """The last look at the reports, if it came after all these."""
    last = max((exchange.seq for exchange in after), default=0)
    looks = (v for v in scene.verbs("inspect") if v.arguments.get("view") == "reports" and status_of(v) == "done")
    return next((verb for verb in reversed(tuple(looks)) if began(verb) >= last), None)


def _shown(scene: Scene, look: Verb) -> str:
    """What the row of the check's report says, without its title; "" when nothing is shown of it."""
    wanted = scene.params["report_id"]
    rows = [row for row in (look.outcome or {}).get("displayed", ()) if row.get("report_id", wanted) == wanted]
    told = (row.get(key) for row in rows for key in ("status", "reason"))
    return unicodedata.normalize("NFC", " : ".join(str(words) for words in told if words))


def _over(scene: Scene, look: Verb) -> bool:
    """Whether the product had said that nothing was left to send, since the last gesture before this look."""
    before = [verb for verb in scene.verbs() if verb.seq < look.seq and (verb.phase == "when" or verb.name == "settle")]
    return bool(before) and before[-1].name == "settle" and status_of(before[-1]) == "done"


@check("envoi-montre", on_word=True)
def shown_as_sent(scene: Scene) -> Finding:
    """Un compte rendu que le DMP a pris est montré comme envoyé. Source : EX_2.1-1190.

    Params: ``report_id``.
    Nothing is concluded from words that say neither.
    """
    expected = "un compte rendu montré comme envoyé au DMP"
    sent = served_submissions(scene)
    if not sent:
        return nothing_to_judge(scene, expected)
    look = _inspected(scene, sent)
    if look is None:
        return inconclusive(expected, "l'état de l'envoi n'a pas été montré depuis le dépôt", sent)
    told = _shown(scene, look)
    if WAITING.search(told) and not _over(scene, look):
        return inconclusive(expected, f"montré : « {told} » : l'envoi n'est peut-être pas fini", [*sent, look])
    if not told or NOT_SENT.search(told) or WAITING.search(told):
        return failed(expected, f"montré : « {told or 'rien'} »", [*sent, look])
    if SENT.search(told):
        return passed(expected, f"montré : « {told} »", [*sent, look])
    return inconclusive(expected, f"montré : « {told} », qui ne dit ni oui ni non", [*sent, look])


@check("refus-montre", on_word=True)
def refusal_shown(scene: Scene) -> Finding:
    """Un compte rendu que le DMP a refusé n'est pas montré comme envoyé. Source : EX_2.1-1190.

    Params: ``report_id``.
    Nothing is concluded from words that say neither.
    """
    expected = "un compte rendu qui n'est pas montré comme envoyé au DMP"
    refused = scene.exchanges(SUBMISSION, HL7, served=False)
    if not refused or served_submissions(scene):
        return inconclusive(expected, "l'épreuve n'a pas eu lieu : le DMP n'a rien refusé", scene.exchanges())
    look = _inspected(scene, refused)
    if look is None:
        return inconclusive(expected, "l'état de l'envoi n'a pas été montré depuis le refus", refused)
    told = _shown(scene, look)
    if NOT_SENT.search(told) or (WAITING.search(told) and _over(scene, look)):
        return passed(expected, f"montré : « {told} »", [*refused, look])
    if WAITING.search(told):
        return inconclusive(expected, f"montré : « {told} » : l'envoi n'est peut-être pas fini", [*refused, look])
    if SENT.search(told):
        return failed(expected, f"montré : « {told} »", [*refused, look], hint=_HINT)
    return inconclusive(expected, f"montré : « {told or 'rien'} », qui ne dit ni oui ni non", [*refused, look])
