"""Checks on who speaks to the DMP and on what each user is shown: real profession, real speciality, own rights."""

from collections.abc import Iterable

from dmp_imagerie.judge.checks.consultation import DECLARATION, RETRIEVE, SEARCH
from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.means import means_not_offered
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import SHOWING, of_user, shown_by
from dmp_imagerie.model.events import Exchange

CALLS = ("TD0.2", DECLARATION, SEARCH, RETRIEVE)
"""The calls of a consultation."""


def _speakers(exchanges: Iterable[Exchange]) -> str:
    spoken = [exchange.measures.vihf for exchange in exchanges]
    told = {f"{vihf.name_id} ({' + '.join(vihf.roles) or 'sans rôle'})" if vihf else "personne" for vihf in spoken}
    return ", ".join(sorted(told))


def _quoted(titles: Iterable[str]) -> str:
    return ", ".join(f"« {title} »" for title in titles)


@check("role-reel", aside=means_not_offered)
def real_role(scene: Scene) -> Finding:
    """Chaque appel porte l'identité, la profession et la spécialité réelles. Source : feuillet 2.

    Params: ``user``.
    """
    user = scene.user(scene.params["user"])
    roles = (user.profession, *((user.specialty,) if user.specialty else ()))
    expected = f"{user.ps_id} ({' + '.join(roles)}) dans chaque VIHF"
    exchanges = of_user(scene, user.alias, scene.exchanges(*CALLS))
    if not exchanges:
        return inconclusive(expected, "aucun appel de consultation reçu par le DMP", scene.verbs("sign_in"))
    wrong = [
        e
        for e in exchanges
        if e.measures.vihf is None or e.measures.vihf.name_id != user.ps_id or set(e.measures.vihf.roles) != set(roles)
    ]
    if wrong:
        return failed(expected, _speakers(wrong), wrong, hint="Profession et spécialité viennent-elles de la session ?")
    served = [exchange for exchange in exchanges if not exchange.refusal]
    if not served:
        return inconclusive(expected, f"le DMP a tout refusé : {exchanges[-1].refusal}", exchanges)
    return passed(expected, f"{len(exchanges)} appel(s)", served)


@check("documents-montres", on_word=True)
def documents_shown(scene: Scene) -> Finding:
    """Ces documents sont montrés à cet utilisateur.

    Params: ``user``, ``unique_ids``, ``titles``.
    """
    expected = f"montrés : {_quoted(scene.params['titles'])}"
    user = scene.params["user"]
    searches = of_user(scene, user, scene.exchanges(SEARCH, served=True))
    if not searches:
        return inconclusive(expected, "aucune recherche (TD3.1) servie par le DMP", scene.exchanges(served=False))
    shown = {unique_id for verb in of_user(scene, user, scene.verbs(*SHOWING)) for unique_id in shown_by(verb)}
    missing = [title for unique_id, title in _wanted(scene).items() if unique_id not in shown]
    if missing:
        return failed(
            expected, f"absents de la liste : {_quoted(missing)}", [*searches, *scene.verbs("search_documents")]
        )
    return passed(expected, evidence=searches)


@check("documents-lus", on_word=True)
def documents_read(scene: Scene) -> Finding:
    """Chacun de ces documents, demandé par cet utilisateur, lui est ouvert. Source : feuillet 2.

    Nothing is concluded where the DMP itself refused the list or a document.
    Params: ``user``, ``unique_ids``, ``titles``.
    """
    wanted = _wanted(scene)
    expected = f"ouverts : {_quoted(wanted.values())}"
    user = scene.params["user"]
    asked = of_user(scene, user, scene.verbs("open_document"))
    if not wanted.keys() <= {verb.arguments.get("unique_id") for verb in asked}:
        return inconclusive(expected, "ces documents n'ont pas tous été demandés sous sa session", asked)
    if not of_user(scene, user, scene.exchanges(SEARCH, served=True)):
        return inconclusive(expected, "aucune recherche (TD3.1) servie par le DMP", scene.exchanges(served=False))
    retrieved = of_user(scene, user, scene.exchanges(RETRIEVE))
    if refused := [exchange for exchange in retrieved if exchange.refusal]:
        return inconclusive(expected, f"le DMP a refusé l'ouverture : {refused[-1].refusal}", refused)
    opened = {
        verb.arguments["unique_id"]
        for verb in asked
        if status_of(verb) == "done" and verb.arguments["unique_id"] in shown_by(verb)
    }
    missing = [title for unique_id, title in wanted.items() if unique_id not in opened]
    if missing or not retrieved:
        told = f"non ouverts : {_quoted(missing)}" if missing else "montrés sans avoir été demandés au DMP"
        return failed(expected, told, [*retrieved, *asked])
    return passed(expected, evidence=[*retrieved, *asked])


@check("documents-caches", absence=True, on_word=True)
def documents_withheld(scene: Scene) -> Finding:
    """Aucun de ces documents n'est montré à cet utilisateur, même vu par un autre. Source : feuillet 2.

    Nothing is concluded unless this user asked for documents in their own session: opening the DMP asks for none.
    Params: ``user``, ``unique_ids``, ``titles``.
    """
    wanted = _wanted(scene)
    expected = f"jamais montrés : {_quoted(wanted.values())}"
    own = of_user(scene, scene.params["user"], scene.verbs(*SHOWING))
    leaks = [verb for verb in own if wanted.keys() & set(shown_by(verb))]
    if leaks:
        titles = {wanted[unique_id] for verb in leaks for unique_id in shown_by(verb) if unique_id in wanted}
        return failed(
            expected,
            f"montrés : {_quoted(sorted(titles))}",
            leaks,
            hint="Un document ouvert par un autre utilisateur est-il gardé en mémoire pour tout le poste ?",
        )
    if all(verb.name == "open_dmp" for verb in own):
        told = "l'épreuve n'a pas eu lieu : rien ne lui a été demandé sous sa session"
        return inconclusive(expected, told, scene.verbs("sign_in"))
    return passed(expected, "aucun", own)


def _wanted(scene: Scene) -> dict[str, str]:
    """Titles of the documents the check is about, by uniqueId."""
    return dict(zip(scene.params["unique_ids"], scene.params["titles"], strict=True))
