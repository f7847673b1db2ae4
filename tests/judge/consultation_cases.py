"""The checks and invariants on the agreement and its declaration, as scenes they must find red, green, or neither."""

from typing import Any

from judge_cases import (
    ASIDE,
    CARE_TEAM,
    GREEN,
    OPEN,
    PAST,
    RED,
    RETRIEVE,
    SEARCH,
    UNSPOKEN,
    Case,
    Tell,
    act,
    answered,
    declared,
    did,
    do,
    got,
    holds,
    signed,
)
from story import REPORT, Story

from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.runner.cast import MANIPULATEUR


def exam(episode: str, **fields: Any) -> Tell:
    """The patient comes for an exam."""
    return lambda story: story.exam(episode, **fields)


def shown(name: str, unique_id: str = REPORT, *, alias: str = "patiente") -> Tell:
    """Documents of a patient are asked for, and shown."""
    return lambda story: story.asks(name, alias=alias, displayed=[{"unique_id": unique_id}])


def listed(*unique_ids: str) -> Tell:
    """The list shown to the user."""
    rows = [{"unique_id": unique_id} for unique_id in unique_ids]
    return lambda story: story.verb("search_documents", displayed=rows)


def consent_while_declaring(story: Story) -> None:
    """The product declares the authorisation in the very gesture that records the agreement."""
    since = story.journal.last_seq
    story.declare()
    story.consent(since=since)


def two_patients(story: Story) -> None:
    """The VIHF speaks of the patient, the query of the homonym."""
    seen = tuple(
        InsSeen(place=place, value=story.ins(alias), oid="1.2.250.1.213.1.4.10")
        for place, alias in (("vihf", "patiente"), ("requête", "homonyme"))
    )
    story.exchange("TD3.1", ins=seen)


def query_of_patient(story: Story) -> None:
    """The VIHF speaks of someone else, the query of the patient."""
    seen = (InsSeen(place="requête", value=story.ins(), oid="1.2.250.1.213.1.4.10"),)
    story.exchange("TD3.1", patient="279035121518989", ins=seen)


WITHDRAWN = answered("refus", phase="when")
LIST = shown("search_documents")
CHANGED = do(answered(), SEARCH, WITHDRAWN)
OTHER_LIST = shown("search_documents", alias="homonyme")
NO = got("TD3.1", refusal="DMPX")
FORMER, NOW = exam("EP1"), exam("EP2")
THIS_TIME = do(FORMER, NOW, answered(episode="EP2"))
LAST_TIME = do(FORMER, answered(episode="EP1"), NOW)
REFUSED_LAST_TIME = do(FORMER, answered("refus", episode="EP1"), NOW, answered(episode="EP2"))
FOR_HER = {"user": "manipulateur"}
HERS: dict[str, Any] = {"name_id": MANIPULATEUR.ps_id, "roles": ("98",)}
AFTER_HIM = do(answered(), signed(), declared(), SEARCH, signed(MANIPULATEUR.ps_id))
CASES = (
    Case("anterieur-montre", "montré", GREEN, do(SEARCH, listed("1.2.3", REPORT)), params=PAST),
    Case("anterieur-montre", "pas montré", RED, do(SEARCH, listed("1.2.3")), "1 document(s)", PAST),
    Case("anterieur-montre", "montré sans avoir cherché", OPEN, listed(REPORT), "aucune recherche", PAST),
    Case("anterieur-montre", "recherche refusée", OPEN, do(got("TD3.1", refusal="DMPX"), listed(REPORT)), "DMPX", PAST),
    Case("aucune-consultation", "rien", GREEN, do(answered("refus"), act)),
    Case("aucune-consultation", "une recherche", RED, do(answered("refus"), act, SEARCH, RETRIEVE), "TD3.1, TD3.2"),
    Case("aucune-consultation", "une recherche refusée par le DMP", RED, do(act, got("TD3.1", refusal="X")), "TD3.1"),
    Case("aucune-consultation", "l'INS dans la requête seule", RED, do(act, query_of_patient), "TD3.1"),
    Case("aucune-consultation", "l'accord d'une autre", RED, do(answered(alias="homonyme"), act, SEARCH)),
    Case("aucune-consultation", "sans information", RED, do(answered(informed=False), act, SEARCH)),
    Case("aucune-consultation", "accord donné", ASIDE, do(answered(), act, SEARCH)),
    Case("aucune-consultation", "accord donné pour cet épisode", ASIDE, do(THIS_TIME, act, SEARCH)),
    Case("aucune-consultation", "accord d'un autre épisode", RED, do(LAST_TIME, act, SEARCH), "TD3.1"),
    Case("aucune-consultation", "refus d'un autre épisode", ASIDE, do(REFUSED_LAST_TIME, act, SEARCH)),
    Case("aucune-consultation", "ce qui précède le retrait", GREEN, do(answered(), SEARCH, WITHDRAWN, act)),
    Case("aucune-consultation", "après le retrait", RED, do(answered(), SEARCH, WITHDRAWN, act, RETRIEVE), "TD3.2"),
    Case("aucune-consultation", "montré avant le retrait", GREEN, do(answered(), SEARCH, LIST, WITHDRAWN, act)),
    Case("aucune-consultation", "de mémoire", RED, do(answered(), SEARCH, WITHDRAWN, act, LIST), "1 écran"),
    Case("aucune-consultation", "un document de mémoire", RED, do(CHANGED, act, shown("open_document")), "1 écran"),
    Case("aucune-consultation", "de mémoire, dès l'ouverture", RED, do(CHANGED, act, shown("open_dmp")), "1 écran"),
    Case("aucune-consultation", "une copie de mémoire", RED, do(CHANGED, act, shown("import_document")), "1 écran"),
    Case("aucune-consultation", "ouvrir sans rien montrer", GREEN, do(CHANGED, did("open_dmp"), act)),
    Case("aucune-consultation", "une liste vide", GREEN, do(CHANGED, did("search_documents"), act)),
    Case("aucune-consultation", "la liste d'une autre", GREEN, do(CHANGED, OTHER_LIST, act)),
    Case("aucune-consultation", "ce que le DMP n'a jamais donné", GREEN, do(WITHDRAWN, LIST, act)),
    Case("aucune-consultation", "ce que le DMP a refusé", GREEN, do(answered(), NO, WITHDRAWN, LIST, act)),
    Case("aucune-consultation", "non recueilli", RED, do(answered("non recueilli"), act, SEARCH)),
    Case(
        "aucune-consultation",
        "non recueilli, dans l'équipe de soins",
        ASIDE,
        do(answered("non recueilli"), act, SEARCH),
        policy=CARE_TEAM,
    ),
    Case(
        "aucune-consultation",
        "refus, dans l'équipe de soins",
        RED,
        do(answered("refus"), act, SEARCH),
        policy=CARE_TEAM,
    ),
    Case("consultation-apres-accord", "après", GREEN, do(answered(), SEARCH, RETRIEVE)),
    Case("consultation-apres-accord", "avant", RED, do(SEARCH, answered()), "TD3.1 sans accord"),
    Case(
        "consultation-apres-accord",
        "accord retiré",
        RED,
        do(answered(), SEARCH, answered("refus"), RETRIEVE),
        "TD3.2 : l'accord a été retiré avant cet appel",
    ),
    Case("consultation-apres-accord", "accord jamais donné", RED, do(answered("refus"), SEARCH), "TD3.1 sans accord"),
    Case(
        "consultation-apres-accord",
        "accord retiré, puis effacé",
        RED,
        do(answered(), answered("non recueilli"), SEARCH),
        "TD3.1 sans accord",
    ),
    Case("consultation-apres-accord", "accord que le produit a refusé", RED, do(answered(status="refused"), SEARCH)),
    Case("consultation-apres-accord", "accord de cet épisode", GREEN, do(THIS_TIME, SEARCH)),
    Case("consultation-apres-accord", "accord d'un autre épisode", RED, do(LAST_TIME, SEARCH), "TD3.1"),
    Case(
        "consultation-apres-accord",
        "l'épisode suivant commence après",
        GREEN,
        do(FORMER, answered(episode="EP1"), SEARCH, NOW),
    ),
    Case("consultation-apres-accord", "accord d'une autre", RED, do(answered(alias="homonyme"), SEARCH)),
    Case("consultation-apres-accord", "l'une d'accord, l'autre non", RED, do(answered(), two_patients)),
    Case(
        "consultation-apres-accord",
        "l'une et l'autre d'accord",
        GREEN,
        do(answered(), answered(alias="homonyme"), two_patients),
    ),
    Case("consultation-apres-accord", "nommée dans la requête seule", GREEN, do(answered(), query_of_patient)),
    Case("consultation-apres-accord", "aucun appel", UNSPOKEN, answered()),
    Case(
        "consultation-apres-accord",
        "non recueilli, dans l'équipe de soins",
        GREEN,
        do(answered("non recueilli"), SEARCH),
        policy=CARE_TEAM,
    ),
    Case("autorisation-declaree-apres-accord", "dans l'ordre", GREEN, do(answered(), declared(), SEARCH)),
    Case("autorisation-declaree-apres-accord", "dans le geste qui trace l'accord", GREEN, consent_while_declaring),
    Case("autorisation-declaree-apres-accord", "accord redit", GREEN, do(answered(), declared(), answered(), SEARCH)),
    Case(
        "autorisation-declaree-apres-accord",
        "avant l'accord",
        RED,
        do(declared(), answered(), SEARCH),
        "avant l'accord",
    ),
    Case("autorisation-declaree-apres-accord", "jamais", RED, do(answered(), SEARCH), "sans déclaration"),
    Case(
        "autorisation-declaree-apres-accord", "après la recherche", RED, do(answered(), SEARCH, declared()), "sans décl"
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "une suppression ne déclare rien",
        RED,
        do(answered(), declared("SUPPRESSION"), SEARCH),
        "sans déclaration",
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "au nom d'un autre",
        RED,
        do(answered(), declared(name_id="ACCUEIL"), SEARCH),
        "ACCUEIL",
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "par le certificat de la structure",
        RED,
        do(answered(), declared(mode="INDIRECTE", refusal="DMPX")),
        "la structure",
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "par e-CPS",
        GREEN,
        do(answered(), declared(mode="INDIRECTE_RENFORCEE"), SEARCH),
    ),
    Case(
        "autorisation-declaree-apres-accord", "accord d'un autre épisode", OPEN, do(LAST_TIME, declared()), "aucun ac"
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "chacun la sienne",
        GREEN,
        do(AFTER_HIM, declared(**HERS), got("TD3.1", **HERS)),
        params=FOR_HER,
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "celle d'un autre",
        RED,
        do(AFTER_HIM, got("TD3.1", **HERS)),
        "sans déclaration",
        FOR_HER,
    ),
    Case(
        "autorisation-declaree-apres-accord",
        "rien dans sa session",
        OPEN,
        AFTER_HIM,
        "ni déclaration ni recherche",
        FOR_HER,
    ),
    Case("autorisation-declaree-apres-accord", "sans VIHF", RED, do(answered(), declared(vihf=None)), "personne"),
    Case("autorisation-declaree-apres-accord", "refusée", OPEN, do(answered(), declared(refusal="DMPX")), "DMPX"),
    Case("autorisation-declaree-apres-accord", "ni accord", OPEN, SEARCH, "aucun accord"),
    Case("autorisation-declaree-apres-accord", "ni appel", OPEN, answered(), "ni déclaration ni recherche"),
    Case("autorisation-valide-au-dmp", "valide", GREEN, holds(authorisation="VALIDE")),
    Case("autorisation-valide-au-dmp", "expirée", RED, do(SEARCH, holds(authorisation="EXPIRE")), "EXPIRE"),
    Case("autorisation-valide-au-dmp", "aucune", RED, do(declared(refusal="X"), holds()), "NON_EXISTE"),
    Case(
        "autorisation-valide-au-dmp",
        "celle d'un autre",
        RED,
        do(AFTER_HIM, got("TD3.1", **HERS), holds(authorisation="VALIDE")),
        "NON_EXISTE",
        FOR_HER,
    ),
    Case(
        "autorisation-valide-au-dmp",
        "rien dans sa session",
        OPEN,
        do(AFTER_HIM, holds(authorisation="VALIDE")),
        "aucune déclaration",
        FOR_HER,
    ),
    Case("autorisation-valide-au-dmp", "aucun appel", OPEN, holds(), "aucune déclaration"),
    Case("autorisation-valide-au-dmp", "état d'avant la déclaration", OPEN, do(holds(), declared()), "relevé depuis"),
    Case("autorisation-valide-au-dmp", "état inconnu", OPEN, SEARCH, "relevé"),
    Case("aucune-autorisation-declaree", "rien", GREEN, act),
    Case("aucune-autorisation-declaree", "une suppression", GREEN, do(act, declared("SUPPRESSION"))),
    Case("aucune-autorisation-declaree", "une déclaration", RED, do(act, declared()), "1 déclaration(s)"),
    Case("aucune-autorisation-declaree", "accord donné", ASIDE, do(answered(), act, declared())),
    Case("declaration-apres-accord", "après", GREEN, do(answered(), declared())),
    Case("declaration-apres-accord", "dans le geste qui trace l'accord", GREEN, consent_while_declaring),
    Case("declaration-apres-accord", "avant", RED, do(declared(), answered()), "sans accord"),
    Case(
        "declaration-apres-accord",
        "accord retiré",
        RED,
        do(answered(), answered("refus"), declared()),
        "TD0.3 : l'accord a été retiré avant cet appel",
    ),
    Case("declaration-apres-accord", "accord d'un autre épisode", RED, do(LAST_TIME, declared()), "sans accord"),
    Case("declaration-apres-accord", "suppression", UNSPOKEN, declared("SUPPRESSION")),
    Case("declaration-apres-accord", "corps illisible", UNSPOKEN, declared(body=b"<oups")),
)
