"""Every check and invariant, as scenes that it must find red, green, or neither. Data for ``test_judge_checks``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from story import RADIOLOGIST_ID, REPORT, SIGNATURE, Story, held

from dmp_imagerie.catalogue.policy import Policy
from dmp_imagerie.model.events import InsSeen
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.wire.metadata import Code

Tell = Callable[[Story], Any]
"""Adds to a story."""

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
    tell: Tell
    says: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)

    @property
    def name(self) -> str:
        """Shown by pytest."""
        return f"{self.check} : {self.label}"


def do(*steps: Tell) -> Callable[[Story], None]:
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


def sent(*codes: str | Code, **fields: Any) -> Tell:
    """A submission."""
    return lambda story: story.submit(codes or ("N",), **fields)


def holds(*documents: dict[str, Any], **fields: Any) -> Tell:
    """What the DMP holds."""
    return lambda story: story.state(*documents, **fields)


def got(transaction: str, **fields: Any) -> Tell:
    """A message received."""
    return lambda story: story.exchange(transaction, **fields)


def answered(agreement: str = "accord", **fields: Any) -> Tell:
    """The patient's answer, recorded."""
    return lambda story: story.consent(agreement, **fields)


def declared(action: str = "AJOUT", **fields: Any) -> Tell:
    """A declaration."""
    return lambda story: story.declare(action, **fields)


def did(name: str, *rows: dict[str, str], **fields: Any) -> Tell:
    """A call, with the rows it displayed."""
    return lambda story: story.verb(name, displayed=list(rows), **fields)


def signed(ps_id: str = RADIOLOGIST_ID, **fields: Any) -> Tell:
    """A user signed in."""
    return lambda story: story.sign_in(ps_id, **fields)


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
CASES = (*FEEDING, *IDENTITY, *VISIBILITY)
