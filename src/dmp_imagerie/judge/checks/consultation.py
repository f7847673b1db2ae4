"""Checks on the consultation of a DMP: consent first, authorisation declared in the right name, at the right time."""

from collections.abc import Iterable

from dmp_imagerie.judge.agreement import agreed_at, agrees, all_agree, withdrawn
from dmp_imagerie.judge.checks.feeding import SUBMISSION
from dmp_imagerie.judge.checks.identity import of_patient
from dmp_imagerie.judge.engine import began
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, not_applicable, passed
from dmp_imagerie.judge.registry import check, invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import INDIRECT, of_user, showings
from dmp_imagerie.model.events import Exchange, Verb
from dmp_imagerie.model.values import AuthorisationStatus, Professional
from dmp_imagerie.wire.codes import GET_DOCUMENTS

DECLARATION = "TD0.3"
ADDITION = "AJOUT"
SEARCH = "TD3.1"
RETRIEVE = "TD3.2"
RADIOLOGIST = "radiologue"
ALREADY_VALID = AuthorisationStatus.VALID.value
_UNIQUE_ID, _ENTRY_UUID = "$XDSDocumentEntryUniqueId", "$XDSDocumentEntryEntryUUID"
_HINT = "La consultation regarde-t-elle l'accord tracé pour l'épisode en cours avant d'appeler le DMP ?"


def _consulting(scene: Scene) -> tuple[Exchange, ...]:
    return of_patient(scene, _consultations(scene))


def _consultations(scene: Scene) -> tuple[Exchange, ...]:
    """Searches and openings, except the search of a document by whoever has just filed it, to change it.

    Source: DMP interface §6.1, TD3.1 by reference, open to who may not read.
    """
    return tuple(exchange for exchange in scene.exchanges(SEARCH, RETRIEVE) if not _finds_its_own(scene, exchange))


def _finds_its_own(scene: Scene, exchange: Exchange) -> bool:
    query = scene.query(exchange) if exchange.transaction == SEARCH else None
    if query is None or query.query_id != GET_DOCUMENTS or query.parameters.get(_ENTRY_UUID):
        return False
    before = (sent for sent in scene.exchanges(SUBMISSION, served=True) if sent.seq < exchange.seq)
    filed = {document.unique_id for sent in before for document in sent.measures.documents}
    wanted = set(query.parameters.get(_UNIQUE_ID, ()))
    return bool(wanted) and wanted <= filed


def _declarations(scene: Scene) -> tuple[Exchange, ...]:
    return of_patient(scene, _added(scene))


def _added(scene: Scene) -> tuple[Exchange, ...]:
    """Giving up an authorisation (SUPPRESSION) declares nothing."""
    asked = ((exchange, scene.authorisation(exchange)) for exchange in scene.exchanges(DECLARATION))
    return tuple(exchange for exchange, request in asked if request is not None and request.action == ADDITION)


def _user(scene: Scene) -> Professional:
    """Who the check is about: its param ``user``, else the radiologist."""
    return scene.user(scene.params.get("user", RADIOLOGIST))


def _own(scene: Scene, exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """Those made in the sessions of the check's ``user``; all when it names none."""
    return of_user(scene, scene.params["user"], exchanges) if "user" in scene.params else tuple(exchanges)


@check("anterieur-montre", on_word=True)
def past_report_shown(scene: Scene) -> Finding:
    """La liste montrée au radiologue contient le compte rendu antérieur."""
    expected = "le compte rendu antérieur dans la liste montrée"
    searches = scene.exchanges(SEARCH, served=True)
    shown = [row for verb in scene.verbs("search_documents") for row in (verb.outcome or {}).get("displayed", ())]
    if not searches:
        refused = scene.exchanges(served=False)
        why = f" ; refus du DMP : {refused[-1].refusal}" if refused else ""
        return inconclusive(expected, f"aucune recherche (TD3.1) servie par le DMP{why}", refused)
    if any(row.get("unique_id") == scene.params["unique_id"] for row in shown):
        return passed(expected, f"{len(shown)} document(s) montrés", searches)
    return failed(
        expected, f"{len(shown)} document(s) montrés, pas celui-ci", [*searches, *scene.verbs("search_documents")]
    )


@check("aucune-consultation", absence=True)
def no_consultation(scene: Scene) -> Finding:
    """Sans accord, aucun document du DMP n'est cherché, ouvert ni montré. Source : feuillet, « Consulter » ❶.

    What was consulted while the patient agreed is left aside; what is shown from memory is consulted too.
    """
    expected = "ni recherche (TD3.1), ni ouverture (TD3.2), ni document montré, sans accord"
    if agreed_at(scene) is not None:
        return not_applicable(expected, "la politique de consentement appliquée autorise cette consultation")
    patient_id = scene.patient().local_id
    consulted = [exchange for exchange in _consulting(scene) if not agrees(scene, patient_id, exchange.seq)]
    if consulted:
        done = ", ".join(dict.fromkeys(exchange.transaction for exchange in consulted))
        return failed(expected, f"{len(consulted)} appel(s) : {done}", consulted, hint=_HINT)
    shown = [v for v in remembered(scene) if _for(v, patient_id) and not agrees(scene, patient_id, began(v))]
    if shown:
        hint = "Ce que le produit garde en mémoire ne se montre pas non plus sans accord."
        return failed(expected, f"{len(shown)} écran(s) de documents, sans appel du DMP", shown, hint=hint)
    return passed(expected, "aucune consultation")


def remembered(scene: Scene) -> tuple[Verb, ...]:
    """The gestures that displayed documents once the DMP had given some: they may come from memory.

    What is displayed before the DMP gave anything was never consulted, whatever it looks like.
    """
    served = scene.exchanges(SEARCH, RETRIEVE, served=True)
    return tuple(verb for verb in showings(scene) if served and served[0].seq <= began(verb))


def _for(verb: Verb, patient_id: str) -> bool:
    return bool(verb.arguments.get("patient_id") == patient_id)


@invariant("consultation-apres-accord", rule="DMP-CON-01")
def consultation_after_agreement(scene: Scene) -> Finding | None:
    """Dans tout scénario, chaque recherche ou ouverture suit un accord tracé qui la permet."""
    expected = "un accord tracé avant chaque recherche ou ouverture"
    consulted = _consultations(scene)
    if not consulted:
        return None
    for exchange in consulted:
        if not all_agree(scene, exchange):
            return failed(expected, _without_agreement(scene, exchange), [exchange], hint=_HINT)
    return passed(expected, f"{len(consulted)} appel(s), tous après l'accord", consulted)


def _without_agreement(scene: Scene, exchange: Exchange) -> str:
    if withdrawn(scene, exchange):
        return f"{exchange.transaction} : l'accord a été retiré avant cet appel"
    return f"{exchange.transaction} sans accord antérieur"


@check("autorisation-declaree-apres-accord")
def declared_after_agreement(scene: Scene) -> Finding:
    """L'autorisation est déclarée (TD0.3) au nom de l'utilisateur, après l'accord et avant la recherche.

    Source : feuillet, « Consulter » ❶ ; EX_0.3-1010. Params: ``user``, whose own sessions alone are then looked at;
    by default the radiologist, over the whole scene.
    """
    user = _user(scene)
    expected = f"TD0.3 AJOUT au nom du {user.alias}, après l'accord, avant la recherche"
    agreed = agreed_at(scene)
    if agreed is None:
        return inconclusive(expected, "aucun accord n'a été tracé dans ce scénario")
    declared = _own(scene, _declarations(scene))
    searches = _own(scene, _consulting(scene))
    if not declared and not searches:
        return inconclusive(expected, "ni déclaration ni recherche reçues par le DMP", scene.exchanges())
    if not declared or (searches and declared[0].seq > searches[0].seq):
        return failed(
            expected,
            "recherche sans déclaration préalable",
            searches,
            hint="TD0.2 rend l'état de l'autorisation : EXPIRE et NON_EXISTE demandent TD0.3 AJOUT.",
        )
    early = [exchange for exchange in declared if exchange.seq <= agreed]
    if early:
        return failed(expected, "déclaration avant l'accord", early, hint=_HINT)
    others = [exchange for exchange in declared if _speaker(exchange) != user.ps_id]
    if others:
        told = f"déclaration au nom de {_speaker(others[0])}"
        return failed(expected, told, others, hint="Le VIHF porte-t-il l'utilisateur réel ?")
    served = [exchange for exchange in declared if not exchange.refusal]
    if not served:
        return inconclusive(expected, f"le DMP a refusé TD0.3 : {declared[0].refusal}", declared)
    return passed(expected, f"TD0.3 après l'accord, au nom du {user.alias}", served)


def _speaker(exchange: Exchange) -> str:
    """Who declares: the user of the VIHF, unless the certificate of the structure alone vouches for them."""
    vihf = exchange.measures.vihf
    if vihf is None:
        return "personne"
    return "la structure (certificat seul)" if vihf.mode == INDIRECT else vihf.name_id


@check("autorisation-valide-au-dmp")
def authorisation_valid(scene: Scene) -> Finding:
    """Le DMP tient l'autorisation de l'utilisateur pour valide.

    Params: ``user``, by default the radiologist.
    """
    user = _user(scene)
    expected = f"autorisation VALIDE pour le {user.alias}"
    asked = [*_own(scene, _declarations(scene)), *_own(scene, _consulting(scene))]
    state = scene.dmp_of(scene.patient())
    if state is None or any(exchange.seq > state.seq for exchange in asked):
        return inconclusive(expected, "l'état du DMP n'a pas été relevé depuis la consultation", asked)
    status = state.data["authorisations"].get(user.ps_id, AuthorisationStatus.NONE.value)
    if status == ALREADY_VALID:
        return passed(expected, evidence=[state])
    if not asked:
        return inconclusive(expected, f"autorisation {status}, aucune déclaration ni recherche reçue", [state])
    return failed(expected, f"autorisation {status}", [*asked, state])


@check("aucune-autorisation-declaree", absence=True)
def no_declaration(scene: Scene) -> Finding:
    """Sans accord, aucune autorisation n'est déclarée (TD0.3). Source : EX_0.3-1010."""
    expected = "aucune déclaration (TD0.3)"
    if agreed_at(scene) is not None:
        return not_applicable(expected, "la politique de consentement appliquée autorise cette déclaration")
    declared = _declarations(scene)
    if declared:
        return failed(expected, f"{len(declared)} déclaration(s) sans accord", declared, hint=_HINT)
    return passed(expected, "aucune déclaration")


@invariant("declaration-apres-accord", rule="DMP-CON-19")
def declaration_after_agreement(scene: Scene) -> Finding | None:
    """Dans tout scénario, aucune autorisation n'est déclarée avant un accord tracé."""
    expected = "un accord tracé avant chaque déclaration (TD0.3)"
    declared = _added(scene)
    if not declared:
        return None
    for exchange in declared:
        if not all_agree(scene, exchange):
            return failed(expected, _without_agreement(scene, exchange), [exchange], hint=_HINT)
    return passed(expected, f"{len(declared)} déclaration(s), toutes après l'accord", declared)
