"""The checks on access and rights, as scenes they must find red, green, or neither."""

from typing import Any

from judge_cases import (
    GREEN,
    OPEN,
    PAST,
    RED,
    REFUSED,
    SEARCH,
    Case,
    Tell,
    act,
    did,
    do,
    got,
    holds,
    nothing,
    sent,
    signed,
)
from story import RADIOLOGIST_ID, REPORT, Story, held

from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.cast import CENTRE, MANIPULATEUR

OTHER = MANIPULATEUR.ps_id
DESK = f"3{CENTRE.structure_id[1:]}/ACCUEIL"
STRANGER = "3750100042/ACCUEIL"
OPERATIVE = "1.2.250.1.999.9.1"


def opened(unique_id: str = REPORT, *rows: dict[str, str], **fields: Any) -> Tell:
    """A document was asked for."""
    return did("open_document", *rows, arguments={"unique_id": unique_id}, **fields)


def listed(*unique_ids: str) -> Tell:
    """A list was asked for, and showed these."""
    return did("search_documents", *({"unique_id": unique_id} for unique_id in unique_ids))


def lists(*unique_ids: str, alias: str = "patiente") -> Tell:
    """The list of this patient's record was asked for, and showed these."""
    rows = [{"unique_id": unique_id} for unique_id in unique_ids]
    return lambda story: story.asks("search_documents", alias=alias, displayed=rows)


def button(address: str, *, also: str = "homonyme", **fields: Any) -> Tell:
    """The DMP button was pressed; {ins} stands for the patient's INS, {other} for someone else's."""

    def tell(story: Story) -> None:
        urls = [url.format(ins=story.ins(), other=story.ins(also)) for url in address.split()]
        story.verb("open_web_dmp", displayed=[{"url": url} for url in urls], **fields)

    return tell


SITE = "https://dmp.essai.invalid/AccesDirect/DossierPatient/"
REAL = "https://webdmp.fr/AccesDirect/DossierPatient/"
READ = do(listed(REPORT), SEARCH)
RETRIEVED = got("TD3.2")
LINE = {"actor": RADIOLOGIST_ID, "document": REPORT}
VALIDATED = did("validate_report", arguments={"ps_id": RADIOLOGIST_ID})


def finished(*steps: Tell) -> Tell:
    """The report was validated, these things followed, and nothing was left to send."""
    return do(VALIDATED, *steps, Story.quiet)


def filed(**fields: Any) -> Tell:
    """The report was validated and taken, then this was found in the DMP."""
    return do(VALIDATED, sent(), holds(held(), **fields))


def told(canal: str, document: str = REPORT, at: str = "2020-11-20T10:00:00Z") -> tuple[dict[str, str], ...]:
    """What the patient was told, and when."""
    return ({"at": at, "canal": canal, "document": document},)


POST = {"channel": "courrier"}
OPENED = did("open_dmp")
WEAK = signed(means="certificat")
OUT, NOT_OUT = did("sign_out"), did("sign_out", status="refused")
CLOSED = do(signed(), SEARCH, OUT)
HER_LIST = {"unique_id": REPORT, "others": [OPERATIVE]}
HOMONYM_LIST = lists(OPERATIVE, alias="homonyme")


def while_signing_out(story: Story) -> None:
    """The product asks the DMP something more before it says that the session is closed."""
    since = story.journal.last_seq
    story.exchange("TD3.1")
    story.verb("sign_out", since=since)


ACCESS = (
    Case("authentification-forte", "par carte", GREEN, do(SEARCH, got("TD3.2", mode="INDIRECTE_RENFORCEE"))),
    Case("authentification-forte", "l'une servie, l'autre refusée", GREEN, do(SEARCH, got("TD3.2", refusal="X"))),
    Case("authentification-forte", "certificat", RED, do(SEARCH, got("TD3.2", mode="INDIRECTE")), "INDIRECTE"),
    Case("authentification-forte", "sans VIHF", RED, got("TD3.1", vihf=None), "sans VIHF"),
    Case("authentification-forte", "rien", OPEN, nothing, "aucune consultation"),
    Case("authentification-forte", "tout refusé", OPEN, got("TD3.1", refusal="DMPX"), "DMPX"),
    Case(
        "authentification-forte", "faible, même refusé", RED, got("TD3.1", mode="INDIRECTE", refusal="X"), "INDIRECTE"
    ),
    Case("aucun-appel-de-consultation", "rien", GREEN, act),
    Case("aucun-appel-de-consultation", "une recherche refusée", RED, do(act, got("TD3.1", refusal="X")), "1 appel"),
    Case(
        "aucun-appel-de-consultation", "sous une carte", GREEN, do(signed(), SEARCH, listed(REPORT), OUT, Story.quiet)
    ),
    Case("aucun-appel-de-consultation", "par e-CPS", GREEN, do(signed(means="e-cps"), SEARCH, Story.quiet)),
    Case("aucun-appel-de-consultation", "sous un certificat", RED, do(WEAK, SEARCH, Story.quiet), "1 appel"),
    Case("aucun-appel-de-consultation", "carte, puis certificat", RED, do(signed(), SEARCH, WEAK, SEARCH), "1 appel"),
    Case("aucun-appel-de-consultation", "carte refusée", RED, do(signed(status="refused"), SEARCH), "1 appel"),
    Case("aucun-appel-de-consultation", "session fermée", RED, do(signed(), OUT, SEARCH), "1 appel"),
    Case("aucun-appel-de-consultation", "fermeture refusée", GREEN, do(signed(), NOT_OUT, SEARCH, Story.quiet)),
    Case("aucun-appel-de-consultation", "pendant la fermeture", GREEN, do(signed(), while_signing_out, Story.quiet)),
    Case("aucun-appel-de-consultation", "montré de mémoire", RED, do(CLOSED, listed(REPORT)), "1 écran"),
    Case(
        "aucun-appel-de-consultation",
        "montré de mémoire, dès l'ouverture",
        RED,
        do(CLOSED, did("open_dmp", {"unique_id": REPORT})),
        "1 écran",
    ),
    Case("aucun-appel-de-consultation", "une liste vide", GREEN, do(CLOSED, listed(), Story.quiet)),
    Case("aucun-appel-de-consultation", "jamais donné", GREEN, do(signed(), OUT, listed(REPORT), Story.quiet)),
    Case("aucun-appel-de-consultation", "rien n'a été demandé", OPEN, nothing, "rien n'a été demandé"),
    Case("site-du-dmp", "son dossier", GREEN, button(SITE + "{ins}")),
    Case("site-du-dmp", "l'accueil du site", GREEN, button("https://dmp.essai.invalid/AccesDirect/TableauDeBord")),
    Case("site-du-dmp", "un autre site", RED, button("https://essai.invalid/{ins}"), "essai.invalid"),
    Case("site-du-dmp", "chez un autre hôte", RED, button("https://dmp.example/AccesDirect/TableauDeBord"), "example"),
    Case("site-du-dmp", "au port écrit en entier", GREEN, button(SITE.replace("lid/", "lid:443/") + "{ins}")),
    Case("site-du-dmp", "sur un autre port", RED, button(SITE.replace("lid/", "lid:8443/") + "{ins}"), ":8443"),
    Case("site-du-dmp", "sur un port impossible", RED, button(SITE.replace("lid/", "lid:99999/") + "{ins}"), ":99999"),
    Case("site-du-dmp", "illisible", RED, button("https://[dmp/AccesDirect/TableauDeBord"), "[dmp"),
    Case(
        "site-du-dmp", "peut-être le vrai", OPEN, button("https://x.dmp.gouv.fr/AccesDirect/TableauDeBord"), "DMP réel"
    ),
    Case(
        "site-du-dmp",
        "peut-être le vrai, en clair",
        RED,
        button("http://x.dmp.gouv.fr/AccesDirect/TableauDeBord"),
        "http:",
    ),
    Case("site-du-dmp", "le vrai et un autre", RED, button(f"{REAL}{{ins}} https://dmp.example/AccesDirect/{{ins}}")),
    Case("site-du-dmp", "le sien et un autre", RED, button(f"{SITE}{{ins}} https://essai.invalid/"), "essai.invalid/"),
    Case("site-du-dmp", "en clair", RED, button("http://dmp.essai.invalid/AccesDirect/TableauDeBord"), "http:"),
    Case("site-du-dmp", "sans adresse", RED, did("open_web_dmp"), "aucune"),
    Case("site-du-dmp", "refusé par le produit", OPEN, button(SITE + "{ins}", status="refused"), "rien ouvert"),
    Case("bouton-dmp", "son dossier", GREEN, button(SITE + "{ins}")),
    Case("bouton-dmp", "chez un autre hôte", RED, button("https://dmp.example/AccesDirect/{ins}"), "dmp.example"),
    Case("bouton-dmp", "chez un hôte qui finit pareil", RED, button(SITE.replace("//", "//mon") + "{ins}")),
    Case(
        "bouton-dmp", "le nom du banc en mot de passe", RED, button(SITE.replace("lid/", "lid@dmp.example/") + "{ins}")
    ),
    Case("bouton-dmp", "un hôte caché par une oblique", RED, button("https://dmp.example\\@" + SITE[8:] + "{ins}")),
    Case("bouton-dmp", "peut-être le vrai", OPEN, button(REAL + "{ins}"), "DMP réel"),
    Case("bouton-dmp", "peut-être le vrai, une autre", RED, button(REAL + "{other}"), "DossierPatient"),
    Case("bouton-dmp", "celui d'une autre", RED, button(SITE + "{other}"), "DossierPatient"),
    Case("bouton-dmp", "le sien et celui d'une autre", RED, button(f"{SITE}{{ins}} {SITE}{{other}}")),
    Case("bouton-dmp", "l'INS dans un mot plus long", RED, button(SITE + "9{ins}")),
    Case("bouton-dmp", "en clair", RED, button("http://dmp.essai.invalid/AccesDirect/DossierPatient/{ins}")),
    Case("bouton-dmp", "sans adresse", RED, did("open_web_dmp"), "aucune"),
    Case("bouton-dmp", "refusé par le produit", OPEN, button(SITE + "{ins}", status="refused"), "rien ouvert"),
    Case("document-lu-dans-le-produit", "lu", GREEN, do(READ, RETRIEVED, opened(REPORT, {"text": "RAS"})), params=PAST),
    Case("document-lu-dans-le-produit", "un autre", RED, do(READ, RETRIEVED, opened("1.2", {"text": ""})), params=PAST),
    Case("document-lu-dans-le-produit", "sans rien montrer", RED, do(READ, RETRIEVED, opened()), "non ouvert", PAST),
    Case("document-lu-dans-le-produit", "jamais demandé au DMP", RED, do(READ, opened(REPORT, {"t": ""})), params=PAST),
    Case("document-lu-dans-le-produit", "TD3.2 refusé", OPEN, do(READ, got("TD3.2", refusal="DMPX")), "DMPX", PAST),
    Case("document-lu-dans-le-produit", "TD3.1 refusé", OPEN, got("TD3.1", refusal="DMPX"), "aucune recherche", PAST),
    Case("liste-de-sa-patiente", "la sienne", GREEN, do(SEARCH, lists(REPORT, "1.2")), params=HER_LIST),
    Case("liste-de-sa-patiente", "chacune la sienne", GREEN, do(SEARCH, lists(REPORT), HOMONYM_LIST), params=HER_LIST),
    Case("liste-de-sa-patiente", "celle d'une autre", RED, do(SEARCH, lists(OPERATIVE)), "d'une autre", HER_LIST),
    Case("liste-de-sa-patiente", "les deux", RED, do(SEARCH, lists(REPORT, OPERATIVE)), "d'une autre", HER_LIST),
    Case(
        "liste-de-sa-patiente", "puis plus rien", RED, do(SEARCH, lists(REPORT), lists()), "pas dans la liste", HER_LIST
    ),
    Case("liste-de-sa-patiente", "jamais demandée", OPEN, do(SEARCH, HOMONYM_LIST), "aucune liste", HER_LIST),
    Case("liste-de-sa-patiente", "tout est refusé", OPEN, do(got("TD3.1", refusal="X"), lists()), "aucune", HER_LIST),
    Case("aucune-action-cachee", "un dépôt validé", GREEN, finished(got("TD0.2"), sent())),
    Case("aucune-action-cachee", "au nom du centre", GREEN, finished(sent(name_id=DESK, mode="INDIRECTE"))),
    Case(
        "aucune-action-cachee",
        "une existence demandée à l'admission, par le centre",
        GREEN,
        do(got("TD0.2", name_id=DESK, mode="INDIRECTE"), finished(sent())),
    ),
    Case("aucune-action-cachee", "une recherche de trop", RED, finished(sent(), SEARCH), "TD3.1 que personne"),
    Case("aucune-action-cachee", "même refusée", RED, finished(sent(), got("TD3.1", refusal="X")), "TD3.1 que"),
    Case("aucune-action-cachee", "un dépôt d'avant la validation", RED, do(sent(), finished()), "TD2.1 que"),
    Case("aucune-action-cachee", "au nom d'un inconnu", RED, finished(sent(name_id=STRANGER)), STRANGER),
    Case("aucune-action-cachee", "au nom de l'accueil, par carte", RED, finished(sent(name_id=DESK)), DESK),
    Case("aucune-action-cachee", "une autorisation de trop", RED, finished(sent(), got("TD0.3")), "TD0.3 que"),
    Case("aucune-action-cachee", "la liste de ses patients", RED, finished(sent(), got("TD0.4")), "TD0.4 que personne"),
    Case("aucune-action-cachee", "la liste des autorisés", RED, finished(sent(), got("TD1.6")), "TD1.6 que personne"),
    Case(
        "aucune-action-cachee",
        "les images, demandées",
        GREEN,
        finished(sent(), did("open_images"), SEARCH, got("TD3.2"), got("TD0.4")),
    ),
    Case("aucune-action-cachee", "un message à la plateforme", GREEN, finished(got("HL7", vihf=None), sent())),
    Case("aucune-action-cachee", "rien", OPEN, finished(), "aucun dépôt"),
    Case("aucune-action-cachee", "refusé", OPEN, finished(REFUSED), "refusé"),
    Case("aucune-action-cachee", "illisible", OPEN, finished(got("", vihf=None, refusal="X")), "aucun dépôt"),
    Case("actions-dans-l-historique", "à son nom", GREEN, filed(log=(LINE,))),
    Case("actions-dans-l-historique", "au nom du centre", GREEN, filed(log=(LINE | {"actor": DESK},))),
    Case(
        "actions-dans-l-historique", "au nom d'un inconnu", RED, filed(log=(LINE, LINE | {"actor": STRANGER})), STRANGER
    ),
    Case("actions-dans-l-historique", "la plateforme n'écrit rien", Outcome.ERREUR_BANC, filed(), "DMP simulé"),
    Case(
        "actions-dans-l-historique",
        "une ligne sur autre chose",
        Outcome.ERREUR_BANC,
        filed(log=(LINE | {"document": ""},)),
    ),
    Case("actions-dans-l-historique", "état d'avant le dépôt", OPEN, do(holds(log=(LINE,)), sent()), "relevé"),
    Case("actions-dans-l-historique", "rien", OPEN, holds(log=(LINE,)), "aucun dépôt"),
    Case("patiente-notifiee", "par ce canal", GREEN, filed(told=told("courrier")), params=POST),
    Case("patiente-notifiee", "par un autre", RED, filed(told=told("courriel")), "courriel", POST),
    Case("patiente-notifiee", "plus tard", RED, filed(told=told("courrier", at="9999-01-01T00:00:00Z")), params=POST),
    Case("patiente-notifiee", "d'autre chose", RED, filed(told=told("courrier", "")), "aucune", POST),
    Case(
        "patiente-notifiee",
        "un document qu'elle ne voit pas",
        OPEN,
        do(sent(), holds(held(REPORT, "INVISIBLE_PATIENT"))),
        "visible de la patiente",
        POST,
    ),
    Case(
        "patiente-notifiee",
        "le sien caché, un autre visible",
        OPEN,
        do(sent(), holds(held(REPORT, "INVISIBLE_PATIENT"), held("1.2.3"))),
        "visible de la patiente",
        POST,
    ),
    Case("patiente-notifiee", "refusé", OPEN, REFUSED, "refusé", POST),
    Case("patiente-notifiee", "état inconnu", OPEN, sent(), "relevé", POST),
)

ME, SHE = {"user": "radiologue"}, {"user": "manipulateur"}
MINE = {"user": "radiologue", "unique_ids": [REPORT], "titles": ["Imagerie"]}
HERS = {"user": "manipulateur", "unique_ids": [OPERATIVE], "titles": ["Opératoire"]}
BOTH = {"user": "radiologue", "unique_ids": [REPORT, OPERATIVE], "titles": ["Imagerie", "Opératoire"]}
SAID_NO = opened(REPORT, status="refused")
READ_IT = opened(REPORT, {"text": "RAS"})
OTHER_ROW = {"unique_id": OPERATIVE}
FIRST = do(signed(), listed(REPORT, OPERATIVE), opened(OPERATIVE, {"text": "RAS"}))
SEARCH_AS_ME = got("TD3.1", name_id=OTHER, roles=("98",))


def during_sign_in(story: Story) -> None:
    """The next user's session asks the DMP something before the product says it is open."""
    story.sign_in()
    story.exchange("TD3.1")
    since = story.journal.last_seq
    story.exchange("TD0.2", name_id=OTHER, roles=("98",))
    story.sign_in(OTHER, since=since)


HABILITATION = (
    Case("role-reel", "le sien", GREEN, do(signed(), SEARCH), params=ME),
    Case("role-reel", "dans l'autre ordre", GREEN, do(signed(), got("TD3.1", roles=("SM44", "10"))), params=ME),
    Case("role-reel", "sans spécialité", GREEN, do(signed(OTHER), SEARCH_AS_ME), params=SHE),
    Case("role-reel", "la suivante se connecte", GREEN, during_sign_in, params=ME),
    Case("role-reel", "celui d'un autre", RED, do(signed(OTHER), got("TD3.1", name_id=OTHER)), "10 + SM44", SHE),
    Case("role-reel", "le nom d'un autre", RED, do(signed(), got("TD3.1", name_id=STRANGER)), STRANGER, ME),
    Case("role-reel", "sans VIHF", RED, do(signed(), got("TD3.1", vihf=None)), "personne", ME),
    Case("role-reel", "tout est refusé", OPEN, do(signed(), got("TD3.1", refusal="DMPX")), "DMPX", ME),
    Case("role-reel", "session refusée", OPEN, do(signed(status="refused"), SEARCH), "aucun appel", ME),
    Case("role-reel", "appels d'une autre session", OPEN, do(signed(OTHER), SEARCH_AS_ME), "aucun appel", ME),
    Case("documents-montres", "montré", GREEN, do(signed(), SEARCH, listed(REPORT)), params=MINE),
    Case("documents-montres", "absent", RED, do(signed(), SEARCH, listed("1.2")), "Imagerie", MINE),
    Case("documents-montres", "montré à un autre", RED, do(signed(OTHER), listed(REPORT), signed(), SEARCH), "", MINE),
    Case("documents-montres", "sans recherche", OPEN, do(signed(), listed(REPORT)), "aucune recherche", MINE),
    Case("documents-lus", "lus", GREEN, do(signed(), SEARCH, RETRIEVED, opened(REPORT, {"text": "RAS"})), params=MINE),
    Case("documents-lus", "refusé par le produit", RED, do(signed(), SEARCH, SAID_NO), "Imagerie", MINE),
    Case("documents-lus", "rien n'est montré", RED, do(signed(), SEARCH, RETRIEVED, opened()), "Imagerie", MINE),
    Case(
        "documents-lus", "un autre", RED, do(signed(), SEARCH, RETRIEVED, opened(REPORT, OTHER_ROW)), "Imagerie", MINE
    ),
    Case(
        "documents-lus",
        "jamais demandé au DMP",
        RED,
        do(signed(), SEARCH, opened(REPORT, {"text": "RAS"})),
        "sans avoir été demandés",
        MINE,
    ),
    Case(
        "documents-lus",
        "un sur deux",
        RED,
        do(signed(), SEARCH, RETRIEVED, opened(REPORT, {"text": "RAS"}), opened(OPERATIVE, status="refused")),
        "Opératoire",
        BOTH,
    ),
    Case(
        "documents-lus",
        "par un autre",
        OPEN,
        do(signed(OTHER), opened(REPORT, {"text": "RAS"}), signed(), SEARCH),
        "pas tous été demandés",
        MINE,
    ),
    Case("documents-lus", "un seul est demandé", OPEN, do(signed(), SEARCH, RETRIEVED, READ_IT), "pas tous", BOTH),
    Case("documents-lus", "TD3.2 refusé", OPEN, do(signed(), SEARCH, got("TD3.2", refusal="X"), SAID_NO), "X", MINE),
    Case("documents-lus", "TD3.1 refusé", OPEN, do(signed(), got("TD3.1", refusal="X"), SAID_NO), "aucune", MINE),
    Case("documents-caches", "cachés", GREEN, do(FIRST, signed(OTHER), listed(REPORT), Story.quiet), params=HERS),
    Case(
        "documents-caches",
        "ouverture refusée",
        GREEN,
        do(FIRST, signed(OTHER), opened(OPERATIVE, status="refused"), Story.quiet),
        params=HERS,
    ),
    Case("documents-caches", "dans sa liste", RED, do(FIRST, signed(OTHER), listed(OPERATIVE)), "Opératoire", HERS),
    Case(
        "documents-caches",
        "ouvert, sans redire lequel",
        RED,
        do(FIRST, signed(OTHER), opened(OPERATIVE, {"text": "RAS"})),
        "Opératoire",
        HERS,
    ),
    Case(
        "documents-caches",
        "montré dès l'ouverture",
        RED,
        do(FIRST, signed(OTHER), did("open_dmp", {"unique_id": OPERATIVE})),
        "Opératoire",
        HERS,
    ),
    Case(
        "documents-caches", "ouvrir ne demande rien", OPEN, do(FIRST, signed(OTHER), OPENED, Story.quiet), params=HERS
    ),
    Case("documents-caches", "rien ne lui est demandé", OPEN, do(FIRST, signed(OTHER), Story.quiet), "rien ne", HERS),
    Case(
        "documents-caches",
        "sa session est refusée",
        OPEN,
        do(FIRST, signed(OTHER, status="refused"), listed(), Story.quiet),
        "rien ne lui a été demandé",
        HERS,
    ),
    Case(
        "documents-caches",
        "elle a refermé sa session",
        OPEN,
        do(FIRST, signed(OTHER), did("sign_out"), listed(), Story.quiet),
        "rien ne",
        HERS,
    ),
)

CASES = (*ACCESS, *HABILITATION)
