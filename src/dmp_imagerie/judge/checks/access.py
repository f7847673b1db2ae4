"""Checks on how the DMP is reached: strong means, DMP button, consultation in the product, nothing hidden."""

from urllib.parse import urlsplit

from dmp_imagerie.judge.checks.consultation import DECLARATION, RETRIEVE, SEARCH
from dmp_imagerie.judge.checks.feeding import SUBMISSION
from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, passed
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene

STRONG_MODES = frozenset({"DIRECTE", "INDIRECTE_RENFORCEE"})
WEB_PS_PATH = "/AccesDirect/"
_ASKED = {SEARCH: "search_documents", RETRIEVE: "open_document", DECLARATION: "open_dmp"}


@check("authentification-forte")
def strong_authentication(scene: Scene) -> Finding:
    """Chaque appel de consultation porte une authentification forte de l'utilisateur. Source : feuillet 3."""
    expected = "VIHF DIRECTE (CPS) ou INDIRECTE_RENFORCEE (e-CPS)"
    consulted = scene.exchanges(SEARCH, RETRIEVE)
    if not consulted:
        return inconclusive(expected, "aucune consultation reçue par le DMP", scene.exchanges())
    weak = [e for e in consulted if e.measures.vihf is None or e.measures.vihf.mode not in STRONG_MODES]
    if weak:
        mode = weak[0].measures.vihf.mode if weak[0].measures.vihf else "sans VIHF"
        return failed(expected, f"mode {mode}", weak)
    return passed(expected, f"{len(consulted)} appel(s)", consulted)


@check("aucun-appel-de-consultation", absence=True)
def nothing_consulted(scene: Scene) -> Finding:
    """Sans authentification forte, rien n'est cherché ni ouvert, par personne."""
    expected = "ni recherche (TD3.1) ni ouverture (TD3.2)"
    consulted = scene.exchanges(SEARCH, RETRIEVE)
    if consulted:
        return failed(expected, f"{len(consulted)} appel(s)", consulted, hint="La session ouverte suffit-elle au DMP ?")
    return passed(expected, "aucun appel")


@check("bouton-dmp")
def contextual_call(scene: Scene) -> Finding:
    """Le bouton DMP ouvre le dossier de la patiente affichée. Source : feuillet 3 ; TD0.9, PDT-INF-527."""
    expected = "une adresse https de Web-PS (/AccesDirect/…) qui porte l'INS de la patiente"
    opened = [verb for verb in scene.verbs("open_web_dmp") if status_of(verb) == "done"]
    urls = [row.get("url", "") for verb in opened for row in (verb.outcome or {}).get("displayed", ())]
    if not opened:
        return inconclusive(expected, "le bouton n'a rien ouvert", scene.verbs("open_web_dmp"))
    ins = scene.patient().ins
    for url in urls:
        parts = urlsplit(url)
        if parts.scheme == "https" and WEB_PS_PATH in parts.path and ins and parts.path.rstrip("/").endswith(ins.value):
            return passed(expected, evidence=opened)
    return failed(expected, f"adresse : {', '.join(urls) or 'aucune'}", opened)


@check("document-lu-dans-le-produit")
def read_in_product(scene: Scene) -> Finding:
    """Le document est cherché, ouvert et montré dans le produit. Source : feuillet 3 (vague 2)."""
    expected = "TD3.1 puis TD3.2 servis, et le document montré"
    served = scene.exchanges(SEARCH, RETRIEVE, served=True)
    if not scene.exchanges(SEARCH, served=True):
        return inconclusive(expected, "aucune recherche servie par le DMP", scene.exchanges(served=False))
    shown = [
        row
        for verb in scene.verbs("open_document")
        if status_of(verb) == "done"
        for row in (verb.outcome or {}).get("displayed", ())
        if row.get("unique_id") == scene.params["unique_id"]
    ]
    if not scene.exchanges(RETRIEVE, served=True) or not shown:
        return failed(expected, "document non ouvert dans le produit", [*served, *scene.verbs("open_document")])
    return passed(expected, evidence=served)


@check("aucune-action-cachee", absence=True)
def nothing_hidden(scene: Scene) -> Finding:
    """Rien n'est fait au DMP que personne n'a demandé, ni au nom de quelqu'un d'autre. Source : feuillet, encadré."""
    expected = "chaque appel répond à un geste de l'utilisateur, en son nom ou en celui de la structure"
    people = {str(verb.arguments.get("ps_id")) for verb in scene.verbs("sign_in", "validate_report")}
    asked = {verb.name for verb in scene.verbs()}
    for exchange in scene.exchanges():
        wanted = _ASKED.get(exchange.transaction)
        if wanted and wanted not in asked:
            return failed(expected, f"{exchange.transaction} que personne n'a demandé", [exchange])
        if exchange.transaction == SUBMISSION and "validate_report" not in asked:
            return failed(expected, "dépôt sans validation", [exchange])
        vihf = exchange.measures.vihf
        if vihf is None or vihf.name_id not in people:
            return failed(
                expected, f"{exchange.transaction} au nom de {vihf.name_id if vihf else 'personne'}", [exchange]
            )
    return passed(expected, f"{len(scene.exchanges())} appel(s), tous demandés")


@check("actions-dans-l-historique")
def in_access_log(scene: Scene) -> Finding:
    """Le dépôt et la consultation sont dans l'historique que voit la patiente."""
    expected = "le dépôt dans l'historique des accès de la patiente"
    state = scene.dmp_of(scene.patient())
    if state is None or not scene.exchanges(SUBMISSION, served=True):
        return inconclusive(expected, "aucun dépôt servi", scene.exchanges())
    names = {str(verb.arguments.get("ps_id")) for verb in scene.verbs("sign_in", "validate_report")}
    seen = [line for line in state.data["access_log"] if line.get("actor") in names]
    if not seen:
        return failed(expected, "aucune ligne au nom de l'utilisateur", [state])
    return passed(expected, f"{len(seen)} ligne(s)", [state])


@check("patiente-notifiee")
def notified(scene: Scene) -> Finding:
    """La plateforme avertit la patiente par le canal attendu. Params : ``channel``."""
    channel = scene.params["channel"]
    expected = f"une notification par {channel}"
    state = scene.dmp_of(scene.patient())
    if state is None or not scene.exchanges(served=True):
        return inconclusive(expected, "aucun appel servi", scene.exchanges())
    sent = [note for note in state.data["notifications"] if note.get("canal") == channel]
    if not sent:
        channels = ", ".join(sorted({str(note.get("canal")) for note in state.data["notifications"]})) or "aucune"
        return failed(expected, f"notifications : {channels}", [state])
    return passed(expected, f"{len(sent)} notification(s)", [state])
