"""Checks on how the DMP is reached: strong means, DMP button, consultation in the product, nothing hidden."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from dmp_imagerie.judge.checks.consultation import DECLARATION, RETRIEVE, SEARCH, remembered
from dmp_imagerie.judge.checks.feeding import SUBMISSION, nothing_to_judge, served_submissions, state_since
from dmp_imagerie.judge.engine import began, status_of
from dmp_imagerie.judge.finding import Finding, failed, inconclusive, kit_error, passed, unverifiable
from dmp_imagerie.judge.means import means_not_offered
from dmp_imagerie.judge.registry import check
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import CONSULTING, DIRECT, INDIRECT, REINFORCED, out_of_strong_session, shown_by
from dmp_imagerie.model.events import HL7, State, Verb, VihfMeasure

STRONG_MODES = frozenset({DIRECT, REINFORCED})
WEB_PS_PATH = "/AccesDirect/"
HTTPS_PORT = 443
PUBLIC_DOMAINS = ("dmp.gouv.fr", "dmp.fr", "webdmp.fr")
"""Domains of the real DMP (DMP interface, leaflet 3). Which of their hosts serves Web-PS is to be confirmed."""
UPDATE = "TD3.3"
_CHANGING = frozenset({"replace_report", "delete_report", "set_visibility", "mark_announced"})
_ASKED = {
    SUBMISSION: frozenset({"validate_report", "replace_report", "catch_up"}),
    UPDATE: _CHANGING,
    SEARCH: CONSULTING | _CHANGING,
    RETRIEVE: frozenset({"open_document", "import_document", "open_images"}),
    DECLARATION: CONSULTING | {"record_consent", "declare_access", "revoke_access"},
}
"""The gestures that each transaction may answer, those of a consultation when it is not here; to change a document the
product may have to look for it first (TD3.3a to TD3.3d are TD3.3)."""
_UNASKED = frozenset({"TD0.2", HL7, ""})
"""What needs no gesture of its own: whether a DMP exists, a message to the platform, what nobody could name."""


@check("authentification-forte", aside=means_not_offered)
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
    if all(exchange.refusal for exchange in consulted):
        return inconclusive(expected, f"le DMP a tout refusé : {consulted[-1].refusal}", consulted)
    return passed(expected, f"{len(consulted)} appel(s)", consulted)


@check("aucun-appel-de-consultation", absence=True, aside=means_not_offered)
def nothing_consulted(scene: Scene) -> Finding:
    """Hors d'une session ouverte par un moyen fort, rien n'est cherché, ouvert ni montré, au nom de personne.

    What was consulted in such a session, before or after, is left aside.
    """
    expected = "ni recherche (TD3.1), ni ouverture (TD3.2), ni document montré"
    consulted = out_of_strong_session(scene, scene.exchanges(SEARCH, RETRIEVE))
    if consulted:
        hint = "La consultation vérifie-t-elle, à chaque fois, la session et le moyen qui l'a ouverte ?"
        return failed(expected, f"{len(consulted)} appel(s)", consulted, hint=hint)
    shown = out_of_strong_session(scene, remembered(scene))
    if shown:
        return failed(expected, f"{len(shown)} écran(s) de documents, sans appel du DMP", shown)
    return passed(expected, "aucun appel")


def _opened(scene: Scene) -> tuple[list[Verb], list[str]]:
    """The presses of the DMP button that opened something, and the addresses opened."""
    opened = [verb for verb in scene.verbs("open_web_dmp") if status_of(verb) == "done"]
    return opened, [row.get("url", "") for verb in opened for row in (verb.outcome or {}).get("displayed", ())]


@check("site-du-dmp", on_word=True)
def site_opened(scene: Scene) -> Finding:
    """Le bouton DMP ouvre le site du DMP, celui du banc. Source : feuillet 3 ; TD0.9, PDT-INF-527."""
    return _button(scene, "une adresse https de Web-PS (/AccesDirect/…), sur la machine et le port donnés par le banc")


@check("bouton-dmp", on_word=True)
def contextual_call(scene: Scene) -> Finding:
    """Le bouton DMP ouvre le dossier de la patiente affichée. Source : feuillet 3 ; TD0.9, PDT-INF-527."""
    ins = scene.patient().ins
    expected = "une adresse https de Web-PS (/AccesDirect/…), chez le banc, qui porte l'INS de la patiente"
    return _button(scene, expected, ends=ins.value if ins else "")


def _button(scene: Scene, expected: str, *, ends: str | None = None) -> Finding:
    """Judge what the DMP button opened; ``ends`` is what each address must end with, if anything."""
    opened, urls = _opened(scene)
    if not opened:
        return inconclusive(expected, "le bouton n'a rien ouvert", scene.verbs("open_web_dmp"))
    pages = [_web_page(url) for url in urls]
    right = [page for page in pages if page and (ends is None or (ends and page.last == ends))]
    if not pages or len(right) < len(pages):
        return failed(expected, _addresses(urls), opened)
    # A bench in clear stands for one in TLS: the site itself is never in clear.
    given = _web_page(scene.dmp_url.replace("http://", "https://", 1), path="")
    if given is None:
        return unverifiable(expected, "le journal ne dit pas quelle adresse le banc avait donnée", "dmp_url")
    hosts = {given.host, *map(str.lower, scene.bench_names)}
    strangers = [page for page in right if page.host not in hosts or page.port != given.port]
    hint = f"Le banc a donné {urlsplit(scene.dmp_url).netloc} (dmp_url) : réglez le site du DMP sur cette adresse."
    if not strangers:
        return passed(expected, evidence=opened)
    if all(page.may_be_real for page in strangers):
        told = f"{_addresses(urls)} ; d'un domaine du DMP réel, qu'aucune source ne donne à son site"
        return inconclusive(expected, told, opened, hint=hint)
    return failed(expected, _addresses(urls), opened, hint=hint)


class _WebPage(NamedTuple):
    """An address of Web-PS: its host in lower case, its port, and the last segment of its path."""

    host: str
    port: int
    last: str

    @property
    def may_be_real(self) -> bool:
        """Whether the host is in a domain of the real DMP."""
        return any(self.host == domain or self.host.endswith(f".{domain}") for domain in PUBLIC_DOMAINS)


def _web_page(url: str, *, path: str = WEB_PS_PATH) -> _WebPage | None:
    """Read an https address whose path holds ``path``; None for any other, and for one that hides its host.

    A browser takes a backslash for a slash, and what stands before « @ » is not the host.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    plain = parts.scheme == "https" and "@" not in parts.netloc and "\\" not in url
    if not host or not plain or path not in parts.path:
        return None
    return _WebPage(host, HTTPS_PORT if port is None else port, parts.path.rstrip("/").rpartition("/")[2])


def _addresses(urls: list[str]) -> str:
    return f"adresse : {', '.join(filter(None, urls)) or 'aucune'}"


@check("document-lu-dans-le-produit", on_word=True)
def read_in_product(scene: Scene) -> Finding:
    """Le document est cherché, ouvert et montré dans le produit. Source : feuillet 3 (vague 2)."""
    expected = "TD3.1 puis TD3.2 servis, et le document montré"
    served = scene.exchanges(SEARCH, RETRIEVE, served=True)
    if not scene.exchanges(SEARCH, served=True):
        return inconclusive(expected, "aucune recherche servie par le DMP", scene.exchanges(served=False))
    refused = scene.exchanges(RETRIEVE, served=False)
    if refused and not scene.exchanges(RETRIEVE, served=True):
        return inconclusive(expected, f"le DMP a refusé l'ouverture : {refused[-1].refusal}", refused)
    shown = [
        verb
        for verb in scene.verbs("open_document")
        if status_of(verb) == "done" and scene.params["unique_id"] in shown_by(verb)
    ]
    if not scene.exchanges(RETRIEVE, served=True) or not shown:
        return failed(expected, "document non ouvert dans le produit", [*served, *scene.verbs("open_document")])
    return passed(expected, evidence=[*served, *shown])


@check("liste-de-sa-patiente", on_word=True)
def own_list(scene: Scene) -> Finding:
    """La liste montrée dans le dossier d'une patiente est celle de son DMP, et d'aucun autre. Source : feuillet 3.

    Params: ``unique_id``, a document of her DMP; ``others``, documents of the DMP of someone else.
    """
    expected = "dans le dossier de la patiente, les documents de son DMP et d'aucun autre"
    patient_id = scene.patient().local_id
    lists = [verb for verb in scene.verbs("search_documents") if verb.arguments.get("patient_id") == patient_id]
    searches = scene.exchanges(SEARCH, served=True)
    if not lists or not searches:
        return inconclusive(expected, "aucune liste demandée, ou aucune recherche servie par le DMP", scene.exchanges())
    shown = [{*shown_by(verb)} for verb in lists]
    evidence = [*searches, *lists]
    if strays := set.union(*shown) & {*scene.params["others"]}:
        return failed(expected, f"{len(strays)} document(s) d'une autre dans sa liste", evidence)
    if scene.params["unique_id"] not in shown[-1]:
        return failed(expected, "son document n'est pas dans la liste montrée en dernier", evidence)
    return passed(expected, f"{len(lists)} liste(s)", evidence)


@check("aucune-action-cachee", absence=True)
def nothing_hidden(scene: Scene) -> Finding:
    """Rien n'est fait au DMP que personne n'a demandé, ni au nom de quelqu'un d'autre. Source : feuillet, encadré."""
    expected = "chaque appel répond à un geste de l'utilisateur, en son nom ou en celui de la structure"
    for exchange in scene.exchanges():
        gestures = {verb.name for verb in scene.verbs() if began(verb) < exchange.seq}
        asked = _ASKED.get(exchange.transaction.rstrip("abcd"), CONSULTING)
        if exchange.transaction not in _UNASKED and not gestures & asked:
            return failed(expected, f"{exchange.transaction} que personne n'a demandé", [exchange])
        vihf = exchange.measures.vihf
        if vihf is not None and not _speaks_for_us(scene, vihf):
            return failed(expected, f"{exchange.transaction} au nom de {vihf.name_id}", [exchange])
    if not served_submissions(scene):
        return nothing_to_judge(scene, expected)
    return passed(expected, f"{len(scene.exchanges())} appel(s), tous demandés", scene.exchanges())


def _acted(scene: Scene, name_id: str) -> bool:
    """Whether this is someone who made a gesture, or an identifier the centre gives itself.

    Source: PS_IdNat of the kind 3, FINESS/internal identifier (DMP interface, NameID of the VIHF).
    """
    verbs = scene.verbs("sign_in", "validate_report", "replace_report")
    finess = scene.centre().structure_id[1:]
    return name_id in {verb.arguments.get("ps_id") for verb in verbs} or name_id.startswith(f"3{finess}/")


def _speaks_for_us(scene: Scene, vihf: VihfMeasure) -> bool:
    """A card speaks for its holder alone: an identifier of the centre goes with its own certificate only."""
    return _acted(scene, vihf.name_id) and (vihf.mode == INDIRECT or not vihf.name_id.startswith("3"))


@check("actions-dans-l-historique")
def in_access_log(scene: Scene) -> Finding:
    """Le dépôt est dans l'historique que voit la patiente, au nom de qui l'a fait.

    A history without any line on the document is the platform's fault, not the product's.
    """
    expected = "le dépôt dans l'historique des accès de la patiente, au nom de l'utilisateur ou du centre"
    state = state_since(scene, expected)
    if not isinstance(state, State):
        return state
    sent = served_submissions(scene)
    ids = {document.unique_id for exchange in sent for document in exchange.measures.documents}
    lines = [line for line in state.data["access_log"] if line["document"] in ids]
    if not lines:
        return kit_error(expected, "le DMP simulé n'a rien écrit de ce dépôt", [*sent, state])
    strangers = [line["actor"] for line in lines if not _acted(scene, line["actor"])]
    if strangers:
        return failed(expected, f"dépôt au nom de {strangers[0]}", [*sent, state])
    return passed(expected, f"{len(lines)} ligne(s)", [*sent, state])


@check("patiente-notifiee")
def notified(scene: Scene) -> Finding:
    """La plateforme avertit la patiente du dépôt par le canal attendu.

    Params: ``channel``.
    A duty of the platform (DMP-TRA-03): red here is never the product's. A document hidden from her is not told, and
    what is still to come has not been told.
    """
    channel = scene.params["channel"]
    expected = f"une notification par {channel}"
    state = state_since(scene, expected)
    if not isinstance(state, State):
        return state
    sent = served_submissions(scene)
    ids = {document.unique_id for exchange in sent for document in exchange.measures.documents}
    if not any(held["visible_to_patient"] for held in state.data["documents"] if held["unique_id"] in ids):
        return inconclusive(expected, "aucun document déposé n'est visible de la patiente", [*sent, state])
    notes = [note for note in _told(state) if note["document"] in ids]
    channels = sorted({str(note["canal"]) for note in notes})
    if channel not in channels:
        return failed(expected, f"notifications : {', '.join(channels) or 'aucune'}", [*sent, state])
    return passed(expected, f"{len(notes)} notification(s)", [*sent, state])


@check("consultation-notifiee")
def reading_notified(scene: Scene) -> Finding:
    """La plateforme avertit la patiente qu'un professionnel nouveau venu consulte son DMP. Source : feuillet, encadré.

    A duty of the platform (DMP-TRA-03): red here is never the product's.
    """
    expected = "une notification de la consultation"
    served = scene.exchanges(SEARCH, RETRIEVE, served=True)
    if not served:
        return inconclusive(expected, "aucune consultation servie par le DMP", scene.exchanges(served=False))
    state = scene.dmp_of(scene.patient())
    if state is None or state.seq < served[0].seq:
        return inconclusive(expected, "l'état du DMP n'a pas été relevé depuis la consultation", served)
    notes = [note for note in _told(state) if not note["document"]]
    if not notes:
        return failed(expected, "aucune notification de la consultation", [*served, state])
    return passed(expected, f"{len(notes)} notification(s)", [*served, state])


def _told(state: State) -> list[dict[str, str]]:
    """What the patient had been told when the DMP was looked at."""
    now = datetime.fromisoformat(state.at)
    return [note for note in state.data["notifications"] if datetime.fromisoformat(note["at"]) <= now]
