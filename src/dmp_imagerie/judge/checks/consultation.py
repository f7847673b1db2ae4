"""Checks on the consultation of a DMP: consent first, authorisation declared in the right name, at the right time."""

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.judge.checks.feeding import SUBMISSION
from dmp_imagerie.judge.checks.identity import of_patient
from dmp_imagerie.judge.engine import began, status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, not_applicable, passed
from dmp_imagerie.judge.registry import check, invariant
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Exchange, Verb, World
from dmp_imagerie.model.values import Agreement, AuthorisationStatus
from dmp_imagerie.wire.codes import GET_DOCUMENTS

DECLARATION = "TD0.3"
ADDITION = "AJOUT"
SEARCH = "TD3.1"
RETRIEVE = "TD3.2"
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


def _answers(scene: Scene, patient_id: str) -> list[Verb]:
    """What the product recorded of this patient's answers, in order."""
    return [
        verb
        for verb in scene.verbs("record_consent")
        if status_of(verb) in ("done", "accepted") and verb.arguments.get("patient_id") == patient_id
    ]


def _allows(verb: Verb, policy: Policy) -> bool:
    """Whether this recorded answer lets the care team consult under ``policy``.

    ``feuillet``: informed and agreed. ``equipe_de_soins``: informed and not refused (R. 1111-46, PAM.fr ZFA-11).
    """
    informed = bool(verb.arguments.get("informed", True))
    agreement = verb.arguments.get("agreement")
    if policy.consentement == "equipe_de_soins":
        return informed and agreement != Agreement.REFUSED.value
    return informed and agreement == Agreement.GIVEN.value


def _agreed_at(scene: Scene) -> int | None:
    """When consultation became allowed and stayed so, None when the last answer does not allow it.

    The agreement counts from the gesture that records it: a product may declare the authorisation in the same one.
    """
    agreed = None
    for answer in reversed(_answers(scene, scene.patient().local_id)):
        if not _allows(answer, scene.policy):
            break
        agreed = began(answer)
    return agreed


def _without_agreement(scene: Scene, exchange: Exchange) -> bool:
    """Whether the last answer of the patient an exchange speaks of, before it, does not allow it."""
    owners = (w.data for w in scene.of(World) if w.kind == "patient" and (w.data.get("ins") or {}).get("value"))
    local_id = next((data["local_id"] for data in owners if data["ins"]["value"] == exchange.patient), "")
    before = [verb for verb in _answers(scene, local_id) if began(verb) < exchange.seq]
    return not before or not _allows(before[-1], scene.policy)


@check("anterieur-montre")
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
    """Aucun document du DMP n'a été cherché ni ouvert. Source : feuillet, « Consulter » ❶."""
    expected = "ni recherche (TD3.1) ni ouverture (TD3.2)"
    if _agreed_at(scene) is not None:
        return not_applicable(expected, "la politique de consentement appliquée autorise cette consultation")
    consulted = _consulting(scene)
    if consulted:
        done = ", ".join(dict.fromkeys(exchange.transaction for exchange in consulted))
        return failed(expected, f"{len(consulted)} appel(s) : {done}", consulted, hint=_HINT)
    return passed(expected, "aucune consultation")


@invariant("consultation-apres-accord", rule="DMP-CON-01")
def consultation_after_agreement(scene: Scene) -> Finding | None:
    """Dans tout scénario, chaque recherche ou ouverture suit un accord tracé qui la permet."""
    expected = "un accord tracé avant chaque recherche ou ouverture"
    consulted = _consultations(scene)
    if not consulted:
        return None
    for exchange in consulted:
        if _without_agreement(scene, exchange):
            return failed(expected, f"{exchange.transaction} sans accord antérieur", [exchange], hint=_HINT)
    return passed(expected, f"{len(consulted)} appel(s), tous après l'accord", consulted)


@check("autorisation-declaree-apres-accord")
def declared_after_agreement(scene: Scene) -> Finding:
    """L'autorisation est déclarée (TD0.3) au nom du radiologue, après l'accord et avant la recherche.

    Source : feuillet, « Consulter » ❶ ; EX_0.3-1010.
    """
    expected = "TD0.3 AJOUT au nom du radiologue, après l'accord, avant la recherche"
    agreed = _agreed_at(scene)
    if agreed is None:
        return inconclusive(expected, "aucun accord n'a été tracé dans ce scénario")
    user = scene.user("radiologue")
    declared = _declarations(scene)
    searches = _consulting(scene)
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
    others = [e for e in declared if e.measures.vihf is None or e.measures.vihf.name_id != user.ps_id]
    if others:
        name = others[0].measures.vihf.name_id if others[0].measures.vihf else "personne"
        return failed(expected, f"déclaration au nom de {name}", others, hint="Le VIHF porte-t-il l'utilisateur réel ?")
    served = [exchange for exchange in declared if not exchange.refusal]
    if not served:
        return inconclusive(expected, f"le DMP a refusé TD0.3 : {declared[0].refusal}", declared)
    return passed(expected, "TD0.3 après l'accord, au nom du radiologue", served)


@check("autorisation-valide-au-dmp")
def authorisation_valid(scene: Scene) -> Finding:
    """Le DMP tient l'autorisation du radiologue pour valide."""
    expected = "autorisation VALIDE pour le radiologue"
    state = scene.dmp_of(scene.patient())
    if state is None:
        return inconclusive(expected, "l'état du DMP n'a pas été relevé")
    status = state.data["authorisations"].get(scene.user("radiologue").ps_id, AuthorisationStatus.NONE.value)
    if status == ALREADY_VALID:
        return passed(expected, evidence=[state])
    if not _consulting(scene) and not _declarations(scene):
        return inconclusive(expected, f"autorisation {status}, aucune déclaration ni recherche reçue", [state])
    return failed(expected, f"autorisation {status}", [*_declarations(scene), *_consulting(scene), state])


@check("aucune-autorisation-declaree", absence=True)
def no_declaration(scene: Scene) -> Finding:
    """Sans accord, aucune autorisation n'est déclarée (TD0.3). Source : EX_0.3-1010."""
    expected = "aucune déclaration (TD0.3)"
    if _agreed_at(scene) is not None:
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
        if _without_agreement(scene, exchange):
            return failed(expected, "TD0.3 sans accord antérieur", [exchange], hint=_HINT)
    return passed(expected, f"{len(declared)} déclaration(s), toutes après l'accord", declared)
