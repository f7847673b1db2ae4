"""Checks on who speaks to the DMP and on what each user is shown: real profession, real speciality, own rights."""

from collections.abc import Iterable, Iterator

from dmp_imagerie.judge.checks.consultation import RETRIEVE, SEARCH
from dmp_imagerie.judge.engine import began, status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Exchange, Verb

CONSULTING = ("TD0.2", "TD0.3", SEARCH, RETRIEVE)


def _own(scene: Scene, alias: str) -> tuple[Exchange, ...]:
    """The consulting exchanges made from this user's signing in until the next one's."""
    signed = [verb for verb in scene.verbs("sign_in") if status_of(verb) == "done"]
    user = scene.user(alias)
    spans = []
    for position, verb in enumerate(signed):
        until = began(signed[position + 1]) if position + 1 < len(signed) else scene.events[-1].seq
        if verb.arguments.get("ps_id") == user.ps_id:
            spans.append((began(verb), until))
    return tuple(
        exchange for exchange in scene.exchanges(*CONSULTING) if any(low < exchange.seq <= high for low, high in spans)
    )


def _by_user(scene: Scene) -> Iterator[tuple[str, Verb]]:
    """The lists and documents asked for, each with the identifier of the user then signed in ("": nobody)."""
    current = ""
    for verb in scene.verbs("sign_in", "sign_out", "search_documents", "open_document"):
        if verb.name == "sign_in":
            current = str(verb.arguments.get("ps_id")) if status_of(verb) == "done" else ""
        elif verb.name == "sign_out":
            current = ""
        else:
            yield current, verb


def shown_by(verb: Verb) -> tuple[str, ...]:
    """The uniqueId of what a call displayed. A document opened need not repeat its own: it was asked for by it."""
    asked = verb.arguments.get("unique_id", "")
    return tuple(row.get("unique_id", asked) for row in (verb.outcome or {}).get("displayed", ()))


def _speakers(exchanges: Iterable[Exchange]) -> str:
    spoken = [exchange.measures.vihf for exchange in exchanges]
    told = {f"{vihf.name_id} ({' + '.join(vihf.roles) or 'sans rôle'})" if vihf else "personne" for vihf in spoken}
    return ", ".join(sorted(told))


def _quoted(titles: Iterable[str]) -> str:
    return ", ".join(f"« {title} »" for title in titles)


@check("role-reel")
def real_role(scene: Scene) -> Finding:
    """Chaque appel porte l'identité, la profession et la spécialité réelles. Source : feuillet 2. Params : ``user``."""
    user = scene.user(scene.params["user"])
    roles = (user.profession, *((user.specialty,) if user.specialty else ()))
    expected = f"{user.ps_id} ({' + '.join(roles)}) dans chaque VIHF"
    exchanges = _own(scene, user.alias)
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


@check("documents-montres")
def documents_shown(scene: Scene) -> Finding:
    """Ces documents sont montrés à cet utilisateur. Params : ``user``, ``unique_ids``, ``titles``."""
    expected = f"montrés : {_quoted(scene.params['titles'])}"
    searches = [e for e in _own(scene, scene.params["user"]) if e.transaction == SEARCH and not e.refusal]
    if not searches:
        return inconclusive(expected, "aucune recherche (TD3.1) servie par le DMP", scene.exchanges(served=False))
    ps_id = scene.user(scene.params["user"]).ps_id
    shown = {unique_id for user, verb in _by_user(scene) if user == ps_id for unique_id in shown_by(verb)}
    missing = [
        title
        for unique_id, title in zip(scene.params["unique_ids"], scene.params["titles"], strict=True)
        if unique_id not in shown
    ]
    if missing:
        return failed(
            expected, f"absents de la liste : {_quoted(missing)}", [*searches, *scene.verbs("search_documents")]
        )
    return passed(expected, evidence=searches)


@check("documents-caches", absence=True)
def documents_withheld(scene: Scene) -> Finding:
    """Aucun de ces documents n'est montré à cet utilisateur, même vu par un autre. Source : feuillet 2.

    Nothing is concluded unless this user asked for something in their own session.
    Params : ``user``, ``unique_ids``, ``titles``.
    """
    expected = f"jamais montrés : {_quoted(scene.params['titles'])}"
    wanted = dict(zip(scene.params["unique_ids"], scene.params["titles"], strict=True))
    ps_id = scene.user(scene.params["user"]).ps_id
    own = [verb for user, verb in _by_user(scene) if user == ps_id]
    leaks = [verb for verb in own if wanted.keys() & set(shown_by(verb))]
    if leaks:
        titles = {wanted[unique_id] for verb in leaks for unique_id in shown_by(verb) if unique_id in wanted}
        return failed(
            expected,
            f"montrés : {_quoted(sorted(titles))}",
            leaks,
            hint="Un document ouvert par un autre utilisateur est-il gardé en mémoire pour tout le poste ?",
        )
    if not own:
        told = "l'épreuve n'a pas eu lieu : rien ne lui a été demandé sous sa session"
        return inconclusive(expected, told, scene.verbs("sign_in"))
    return passed(expected, "aucun", own)
