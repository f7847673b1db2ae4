"""Every check and invariant, as scenes that it must find red, green, or neither. Data for ``test_judge_checks``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from story import REPORT, SIGNATURE, Story, held

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.wire.metadata import Code

GREEN, RED, OPEN = Outcome.CONFORME, Outcome.NON_CONFORME, Outcome.INCONCLUSIF
ASIDE, UNSPOKEN = Outcome.NON_APPLICABLE, None
CARE_TEAM = Policy(consentement="equipe_de_soins")
OTHER_OID = "1.2.250.1.213.1.4.8"


@dataclass(frozen=True, slots=True)
class Case:
    """``tell`` builds the scene; ``says`` is part of what must be observed."""

    check: str
    label: str
    outcome: Outcome | None
    tell: Callable[[Story], Any]
    says: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)

    @property
    def name(self) -> str:
        """Shown by pytest."""
        return f"{self.check} : {self.label}"


def do(*steps: Callable[[Story], Any]) -> Callable[[Story], None]:
    """Tell these, in order."""

    def tell(story: Story) -> None:
        for step in steps:
            step(story)

    return tell


def nothing(_story: Story) -> None:
    """Nothing was recorded."""


def act(story: Story) -> None:
    """Something was asked of the product, and it has finished."""
    story.verb()
    story.quiet()


def sent(*codes: str | Code, **fields: Any) -> Callable[[Story], Any]:
    """A submission."""
    return lambda story: story.submit(codes or ("N",), **fields)


def holds(*documents: dict[str, Any], **fields: Any) -> Callable[[Story], Any]:
    """What the DMP holds."""
    return lambda story: story.state(*documents, **fields)


def got(transaction: str, **fields: Any) -> Callable[[Story], Any]:
    """A message received."""
    return lambda story: story.exchange(transaction, **fields)


def answered(agreement: str = "accord", **fields: Any) -> Callable[[Story], Any]:
    """The patient's answer, recorded."""
    return lambda story: story.consent(agreement, **fields)


def declared(action: str = "AJOUT", **fields: Any) -> Callable[[Story], Any]:
    """A declaration."""
    return lambda story: story.declare(action, **fields)


def listed(*unique_ids: str) -> Callable[[Story], Any]:
    """The list shown to the user."""
    rows = [{"unique_id": unique_id} for unique_id in unique_ids]
    return lambda story: story.verb("search_documents", displayed=rows)


def consent_while_declaring(story: Story) -> None:
    """The product declares the authorisation in the very gesture that records the agreement."""
    since = story.journal.last_seq
    story.declare()
    story.consent(since=since)


def two_identities(story: Story) -> None:
    """The CDA bears the same INS under another authority."""
    values = [InsSeen(place=place, value=story.ins(), oid="1.2.250.1.213.1.4.10") for place in ("vihf", "lot", "fiche")]
    story.submit(ins=(*values, InsSeen(place="cda", value=story.ins(), oid=OTHER_OID)))


def homonym_in_metadata(story: Story) -> None:
    """The VIHF is the patient's, the entry the homonym's."""
    oid = "1.2.250.1.213.1.4.10"
    seen = (
        InsSeen(place="vihf", value=story.ins(), oid=oid),
        InsSeen(place="fiche", value=story.ins("homonyme"), oid=oid),
    )
    story.submit(ins=seen, refusal="XDSPatientIdDoesNotMatch")


def query_of_patient(story: Story) -> None:
    """The VIHF speaks of someone else, the query of the patient."""
    seen = (InsSeen(place="requête", value=story.ins(), oid="1.2.250.1.213.1.4.10"),)
    story.exchange("TD3.1", patient="279035121518989", ins=seen)


SEARCH, RETRIEVE = got("TD3.1"), got("TD3.2")
REFUSED = sent(refusal="XDSRegistryError")
GUARDIANS = "INVISIBLE_REPRESENTANTS_LEGAUX"
CHOICE = {"codes": ["INVISIBLE_PATIENT"]}

FEEDING = (
    Case("depot-recu-une-fois", "un dépôt", GREEN, sent()),
    Case("depot-recu-une-fois", "deux dépôts", RED, do(sent(), sent()), "2 dépôts"),
    Case("depot-recu-une-fois", "rien", OPEN, nothing, "aucun dépôt reçu"),
    Case("depot-recu-une-fois", "refusé", OPEN, REFUSED, "a refusé le dépôt : XDSRegistryError"),
    Case("depot-recu-une-fois", "TD0.2 refusé", OPEN, got("TD0.2", refusal="DMPX"), "TD0.2 : DMPX"),
    Case("aucun-depot", "rien, après l'attente", GREEN, act),
    Case("aucun-depot", "un dépôt", RED, do(act, sent()), "1 dépôt"),
    Case("aucun-depot", "un essai refusé", RED, do(act, REFUSED), "1 dépôt"),
    Case("aucun-depot", "un dépôt vu sans qu'il ait fallu attendre", RED, do(Story.verb, sent())),
    Case("aucun-depot", "rien n'a été demandé", OPEN, nothing, "rien n'a été demandé"),
)

IDENTITY = (
    Case("ins-de-la-patiente-partout", "partout", GREEN, sent()),
    Case("ins-de-la-patiente-partout", "une autre OID", RED, two_identities, OTHER_OID),
    Case("ins-de-la-patiente-partout", "une homonyme, même refusée", RED, homonym_in_metadata, "fiche"),
    Case("ins-de-la-patiente-partout", "absente du CDA", RED, sent(places=("vihf", "lot", "fiche")), "CDA"),
    Case("ins-de-la-patiente-partout", "rien", OPEN, nothing),
    Case("ins-de-la-patiente-partout", "refusé", OPEN, REFUSED, "refusé"),
    Case("dossier-de-la-patiente-alimente", "déposé", GREEN, do(sent(), holds(held()))),
    Case("dossier-de-la-patiente-alimente", "ailleurs", RED, do(sent(), holds()), "rien dans son DMP"),
    Case("dossier-de-la-patiente-alimente", "un ancien seulement", RED, do(sent(), holds(held("1.2.3"))), "rien dans"),
    Case("dossier-de-la-patiente-alimente", "rien", OPEN, holds(held("1.2.3")), "aucun dépôt"),
    Case("dossier-de-la-patiente-alimente", "état d'avant le dépôt", OPEN, do(holds(), sent()), "relevé"),
    Case("dossier-de-l-homonyme-intact", "rien", GREEN, do(act, sent())),
    Case("dossier-de-l-homonyme-intact", "un dépôt", RED, do(act, sent(alias="homonyme")), "homonyme"),
    Case("dossier-de-l-homonyme-intact", "un essai refusé", RED, do(act, homonym_in_metadata), "homonyme"),
    Case("ins-concordante", "partout", GREEN, sent()),
    Case("ins-concordante", "deux autorités", RED, two_identities, OTHER_OID),
    Case("ins-concordante", "aucun dépôt", UNSPOKEN, SEARCH),
)

VISIBILITY = (
    Case("visible-de-la-patiente", "visible", GREEN, do(sent(), holds(held()))),
    Case(
        "visible-de-la-patiente",
        "cachée",
        RED,
        do(sent("INVISIBLE_PATIENT"), holds(held(REPORT, "INVISIBLE_PATIENT"))),
        "INVISIBLE_PATIENT",
    ),
    Case("visible-de-la-patiente", "état d'avant le dépôt", OPEN, do(holds(), sent())),
    Case("visible-de-la-patiente", "rien", OPEN, nothing),
    Case(
        "invisible-a-la-patiente",
        "cachée, un antérieur et la signature restant visibles",
        GREEN,
        do(
            sent("INVISIBLE_PATIENT", signed=True),
            holds(held("1.2.3"), held(SIGNATURE), held(REPORT, "INVISIBLE_PATIENT")),
        ),
    ),
    Case("invisible-a-la-patiente", "visible", RED, do(sent(), holds(held())), "codes déposés : N"),
    Case("invisible-a-la-patiente", "ailleurs", OPEN, do(sent(), holds(held("1.2.3"))), "n'est pas dans le DMP"),
    Case("visible-des-professionnels", "visible", GREEN, do(sent(), holds(held()))),
    Case(
        "visible-des-professionnels",
        "masquée",
        RED,
        do(sent("MASQUE_PS"), holds(held(REPORT, "MASQUE_PS"))),
        "MASQUE_PS",
    ),
    Case("visible-des-professionnels", "refusé", OPEN, REFUSED),
    Case("masque-aux-professionnels", "masqué", GREEN, do(sent("MASQUE_PS"), holds(held(REPORT, "MASQUE_PS")))),
    Case("masque-aux-professionnels", "visible", RED, do(sent(), holds(held())), "codes déposés : N"),
    Case("masque-aux-professionnels", "rien", OPEN, holds(held(REPORT, "MASQUE_PS")), "aucun dépôt"),
    Case("visible-des-representants", "visible", GREEN, do(sent(), holds(held()))),
    Case("visible-des-representants", "cachée", RED, do(sent(GUARDIANS), holds(held(REPORT, GUARDIANS))), GUARDIANS),
    Case("visible-des-representants", "refusé", OPEN, REFUSED),
    Case("invisible-aux-representants", "cachée", GREEN, do(sent(GUARDIANS), holds(held(REPORT, GUARDIANS)))),
    Case("invisible-aux-representants", "visible", RED, do(sent(), holds(held())), "codes déposés : N"),
    Case("invisible-aux-representants", "état d'avant le dépôt", OPEN, do(holds(held()), sent(GUARDIANS))),
    Case("choix-dans-le-premier-depot", "ce choix", GREEN, sent("N", "INVISIBLE_PATIENT"), params=CHOICE),
    Case("choix-dans-le-premier-depot", "rien à choisir", GREEN, sent("N", signed=True), params={"codes": []}),
    Case("choix-dans-le-premier-depot", "oublié", RED, sent("N"), "aucune restriction", CHOICE),
    Case("choix-dans-le-premier-depot", "un de plus", RED, sent("INVISIBLE_PATIENT", "MASQUE_PS"), "MASQUE_PS", CHOICE),
    Case("choix-dans-le-premier-depot", "code inconnu", RED, sent("INVISIBLE_REP_LEGAUX"), "REP_LEGAUX", {"codes": []}),
    Case(
        "choix-dans-le-premier-depot",
        "corrigé au second dépôt",
        RED,
        do(sent("N"), sent("INVISIBLE_PATIENT")),
        "aucune restriction",
        CHOICE,
    ),
    Case("choix-dans-le-premier-depot", "illisible", OPEN, sent(body=b"<oups"), "lisible", CHOICE),
    Case("choix-dans-le-premier-depot", "refusé", OPEN, sent("INVISIBLE_PATIENT", refusal="X"), "refusé", CHOICE),
    Case("choix-dans-le-premier-depot", "rien", OPEN, nothing, "aucun dépôt", CHOICE),
)

PAST = {"unique_id": REPORT}
CONSULTATION = (
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
        "consultation-apres-accord", "accord retiré", RED, do(answered(), SEARCH, answered("refus"), RETRIEVE), "TD3.2"
    ),
    Case("consultation-apres-accord", "accord que le produit a refusé", RED, do(answered(status="refused"), SEARCH)),
    Case("consultation-apres-accord", "accord d'une autre", RED, do(answered(alias="homonyme"), SEARCH)),
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
    Case("autorisation-declaree-apres-accord", "sans VIHF", RED, do(answered(), declared(vihf=None)), "personne"),
    Case("autorisation-declaree-apres-accord", "refusée", OPEN, do(answered(), declared(refusal="DMPX")), "DMPX"),
    Case("autorisation-declaree-apres-accord", "ni accord", OPEN, SEARCH, "aucun accord"),
    Case("autorisation-declaree-apres-accord", "ni appel", OPEN, answered(), "ni déclaration ni recherche"),
    Case("autorisation-valide-au-dmp", "valide", GREEN, holds(authorisation="VALIDE")),
    Case("autorisation-valide-au-dmp", "expirée", RED, do(SEARCH, holds(authorisation="EXPIRE")), "EXPIRE"),
    Case("autorisation-valide-au-dmp", "aucune", RED, do(declared(refusal="X"), holds()), "NON_EXISTE"),
    Case("autorisation-valide-au-dmp", "aucun appel", OPEN, holds(), "aucune déclaration"),
    Case("autorisation-valide-au-dmp", "état inconnu", OPEN, SEARCH, "relevé"),
    Case("aucune-autorisation-declaree", "rien", GREEN, act),
    Case("aucune-autorisation-declaree", "une suppression", GREEN, do(act, declared("SUPPRESSION"))),
    Case("aucune-autorisation-declaree", "une déclaration", RED, do(act, declared()), "1 déclaration(s)"),
    Case("aucune-autorisation-declaree", "accord donné", ASIDE, do(answered(), act, declared())),
    Case("declaration-apres-accord", "après", GREEN, do(answered(), declared())),
    Case("declaration-apres-accord", "dans le geste qui trace l'accord", GREEN, consent_while_declaring),
    Case("declaration-apres-accord", "avant", RED, do(declared(), answered()), "sans accord"),
    Case("declaration-apres-accord", "suppression", UNSPOKEN, declared("SUPPRESSION")),
    Case("declaration-apres-accord", "corps illisible", UNSPOKEN, declared(body=b"<oups")),
)

CASES = (*FEEDING, *IDENTITY, *VISIBILITY, *CONSULTATION)
