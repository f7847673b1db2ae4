"""Checks on who speaks to the DMP and on what each user is shown: real profession, real speciality, own rights."""

from collections.abc import Iterable, Mapping

from dmp_imagerie.judge.checks.consultation import RETRIEVE, SEARCH
from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Exchange

CONSULTING = ("TD0.2", "TD0.3", SEARCH, RETRIEVE)


def _own(scene: Scene, alias: str) -> tuple[Exchange, ...]:
    """The consulting exchanges made after this user signed in and before the next one did."""
    signed = [verb for verb in scene.verbs("sign_in") if status_of(verb) == "done"]
    user = scene.user(alias)
    spans = []
    for position, verb in enumerate(signed):
        until = signed[position + 1].seq if position + 1 < len(signed) else scene.events[-1].seq + 1
        if verb.arguments.get("ps_id") == user.ps_id:
            spans.append((verb.seq, until))
    return tuple(
        exchange for exchange in scene.exchanges(*CONSULTING) if any(low < exchange.seq < high for low, high in spans)
    )


def _shown(scene: Scene, alias: str) -> list[Mapping[str, str]]:
    """What was displayed to this user: rows of lists and documents opened."""
    user = scene.user(alias)
    current, rows = "", []
    for verb in scene.verbs("sign_in", "search_documents", "open_document"):
        if verb.name == "sign_in":
            current = str(verb.arguments.get("ps_id")) if status_of(verb) == "done" else ""
        elif current == user.ps_id:
            rows += (verb.outcome or {}).get("displayed", ())
    return rows


def _speakers(exchanges: Iterable[Exchange]) -> str:
    spoken = [exchange.measures.vihf for exchange in exchanges]
    told = {f"{vihf.name_id} ({' + '.join(vihf.roles) or 'sans rôle'})" if vihf else "personne" for vihf in spoken}
    return ", ".join(sorted(told))


@check("role-reel")
def real_role(scene: Scene) -> Finding:
    """Chaque appel porte l'identité, la profession et la spécialité réelles. Source : feuillet 2. Params : ``user``."""
    user = scene.user(scene.params["user"])
    roles = (user.profession, *((user.specialty,) if user.specialty else ()))
    expected = f"{user.ps_id} ({' + '.join(roles)}) dans chaque VIHF"
    exchanges = _own(scene, user.alias)
    if not exchanges:
        return inconclusive(expected, "aucun appel de consultation reçu par le DMP")
    wrong = [
        e
        for e in exchanges
        if e.measures.vihf is None or e.measures.vihf.name_id != user.ps_id or e.measures.vihf.roles != roles
    ]
    if wrong:
        return failed(expected, _speakers(wrong), wrong, hint="Profession et spécialité viennent-elles de la session ?")
    return passed(expected, f"{len(exchanges)} appel(s)", exchanges)


@check("documents-montres")
def documents_shown(scene: Scene) -> Finding:
    """Ces documents sont montrés à cet utilisateur. Params : ``user``, ``unique_ids``, ``titles``."""
    expected = f"montrés : {', '.join(scene.params['titles'])}"
    searches = [e for e in _own(scene, scene.params["user"]) if e.transaction == SEARCH and not e.refusal]
    if not searches:
        return inconclusive(expected, "aucune recherche (TD3.1) servie par le DMP", scene.exchanges(served=False))
    shown = {row.get("unique_id") for row in _shown(scene, scene.params["user"])}
    missing = [
        title
        for unique_id, title in zip(scene.params["unique_ids"], scene.params["titles"], strict=True)
        if unique_id not in shown
    ]
    if missing:
        return failed(expected, f"absents de la liste : {', '.join(missing)}", searches)
    return passed(expected, evidence=searches)


@check("documents-caches", absence=True)
def documents_withheld(scene: Scene) -> Finding:
    """Aucun de ces documents n'est montré à cet utilisateur, même vu par un autre. Source : feuillet 2.

    Params : ``user``, ``unique_ids``, ``titles``.
    """
    expected = f"jamais montrés : {', '.join(scene.params['titles'])}"
    wanted = dict(zip(scene.params["unique_ids"], scene.params["titles"], strict=True))
    shown = [wanted[row["unique_id"]] for row in _shown(scene, scene.params["user"]) if row.get("unique_id") in wanted]
    if shown:
        verbs = scene.verbs("search_documents", "open_document")
        return failed(
            expected,
            f"montrés : {', '.join(sorted(set(shown)))}",
            verbs,
            hint="Un document ouvert par un autre utilisateur est-il gardé en mémoire pour tout le poste ?",
        )
    return passed(expected, "aucun")
