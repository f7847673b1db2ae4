"""Defects on the agreement: consulting without it, on somebody else's or on a former one; declaring it wrongly."""

from collections.abc import Iterable

from dmp_imagerie.connectors.faults.fault import Family, Fault, shared_account
from dmp_imagerie.connectors.reference.decisions.consultation import Step, patient_agrees
from dmp_imagerie.connectors.reference.records import Consent
from dmp_imagerie.connectors.rewriting import on_bytes
from dmp_imagerie.model.values import Agreement, AuthorisationStatus, Means, Patient
from dmp_imagerie.wire.build.vihf import NORMAL_ACCESS, PURPOSE_SYSTEM, VihfCode

BREAK_GLASS = VihfCode(
    code="bris_de_glace",
    code_system=PURPOSE_SYSTEM,
    display_name="Bris de glace",
    code_system_name="mode acces VIHF 2.0",
)


def _unless_refused(consent: Consent | None) -> bool:
    return consent is None or consent.agreement is not Agreement.REFUSED


def _even_if_refused(consent: Consent | None) -> bool:
    return patient_agrees(consent) or (consent is not None and consent.agreement is Agreement.REFUSED)


def _even_if_not_informed(consent: Consent | None) -> bool:
    return consent is not None and consent.agreement is Agreement.GIVEN


def _or_silent(consent: Consent | None) -> bool:
    return consent is None or patient_agrees(consent)


def _break_glass_without_agreement(consent: Consent | None) -> VihfCode:
    return NORMAL_ACCESS if patient_agrees(consent) else BREAK_GLASS


def _of_any_episode(answers: Iterable[Consent], _episode: str) -> Consent | None:
    return next(reversed(tuple(answers)), None)


def _first_of_episode(answers: Iterable[Consent], episode: str) -> Consent | None:
    return next((answer for answer in answers if answer.episode == episode), None)


def _patient_before(patient: Patient, previous: Patient | None) -> Patient:
    return previous or patient


def _unless_opened_before(status: AuthorisationStatus, opened_before: bool) -> bool:
    return status is not AuthorisationStatus.VALID and not opened_before


def _only_if_absent(status: AuthorisationStatus, _opened_before: bool) -> bool:
    return status is AuthorisationStatus.NONE


def _removal(body: bytes) -> bytes:
    return body.replace(b">AJOUT<", b">SUPPRESSION<")


FAULTS = (
    Fault(
        name="consulte-sans-accord",
        breaks="DMP-CON-01",
        # A DMP opened without agreement is one where the authorisation is declared without agreement.
        also=("DMP-CON-19",),
        family=Family.DECISION,
        doc="Ouvre le DMP sans que l'accord ait été demandé ; ne s'arrête que sur un refus.",
        decisions={"may_consult": _unless_refused},
    ),
    Fault(
        name="consulte-malgre-le-refus",
        breaks="DMP-CON-01",
        family=Family.DECISION,
        doc="Ouvre le DMP malgré le refus du patient, pourtant tracé.",
        decisions={"may_consult": _even_if_refused},
    ),
    Fault(
        name="consulte-sans-information",
        breaks="DMP-CON-01",
        family=Family.DECISION,
        doc="Tient pour valable l'accord d'un patient qui n'a pas été informé.",
        decisions={"may_consult": _even_if_not_informed},
    ),
    Fault(
        name="silence-vaut-accord",
        breaks="DMP-CON-01",
        family=Family.DECISION,
        doc="Tient pour un accord l'absence de toute réponse enregistrée.",
        decisions={"may_consult": _or_silent},
    ),
    Fault(
        name="bris-de-glace-sans-motif",
        breaks="DMP-CON-01",
        family=Family.DECISION,
        doc="Passe de lui-même en bris de glace, sans en demander le motif, quand l'accord manque.",
        decisions={"access_mode": _break_glass_without_agreement},
    ),
    Fault(
        name="accord-d-une-autre-prise-en-charge",
        breaks="DMP-CON-01",
        family=Family.MEMORY,
        doc="Tient pour valable l'accord donné lors d'une prise en charge précédente.",
        decisions={"answer_that_holds": _of_any_episode},
    ),
    Fault(
        name="premier-accord-garde",
        breaks="DMP-CON-01",
        family=Family.MEMORY,
        doc="Garde la première réponse du patient, sans voir qu'il en a changé depuis.",
        decisions={"answer_that_holds": _first_of_episode},
    ),
    Fault(
        name="accord-du-dossier-precedent",
        breaks="DMP-CON-01",
        family=Family.MEMORY,
        doc="Regarde l'accord du patient dont le dossier était à l'écran juste avant.",
        decisions={"whose_answers": _patient_before},
    ),
    Fault(
        name="accord-verifie-a-l-ouverture",
        breaks="DMP-CON-01",
        family=Family.MEMORY,
        doc="Ne regarde l'accord qu'à l'ouverture du DMP : retiré ensuite, il laisse chercher et ouvrir.",
        decisions={"agreement_asked_again": False},
    ),
    Fault(
        name="recherche-avant-accord",
        breaks="DMP-CON-01",
        # Before the agreement is before the authorisation too.
        also=("DMP-CON-19",),
        family=Family.ORDER,
        doc="Cherche les documents d'avance, dès que le DMP est demandé, avant de regarder l'accord.",
        decisions={"opening": (Step.SEARCH, Step.AGREEMENT, Step.EXISTENCE, Step.DECLARATION)},
    ),
    Fault(
        name="autorisation-avant-accord",
        breaks="DMP-CON-19",
        family=Family.ORDER,
        doc="Déclare l'autorisation dès que l'utilisateur demande le DMP, avant de regarder l'accord.",
        decisions={"opening": (Step.DECLARATION, Step.AGREEMENT, Step.EXISTENCE)},
    ),
    Fault(
        name="recherche-avant-verification",
        breaks="DMP-CON-19",
        family=Family.ORDER,
        doc="Cherche les documents avant de demander si le DMP existe et si l'autorisation est valide.",
        decisions={"opening": (Step.AGREEMENT, Step.SEARCH, Step.EXISTENCE, Step.DECLARATION)},
    ),
    Fault(
        name="autorisation-apres-recherche",
        breaks="DMP-CON-19",
        family=Family.ORDER,
        doc="Ne déclare l'autorisation qu'après avoir cherché les documents une première fois.",
        decisions={"opening": (Step.AGREEMENT, Step.EXISTENCE, Step.SEARCH, Step.DECLARATION)},
    ),
    Fault(
        name="autorisation-jamais-declaree",
        breaks="DMP-CON-19",
        family=Family.SILENCE,
        doc="Consulte sans jamais déclarer l'autorisation d'accès.",
        decisions={"must_declare_access": lambda _status, _opened_before: False},
    ),
    Fault(
        name="autorisation-expiree-crue-valide",
        breaks="DMP-CON-19",
        family=Family.DECISION,
        doc="Ne déclare l'autorisation que si elle n'a jamais existé : expirée, il la croit valide.",
        decisions={"must_declare_access": _only_if_absent},
    ),
    Fault(
        name="autorisation-d-un-autre-crue-sienne",
        breaks="DMP-CON-19",
        family=Family.MEMORY,
        doc="Croit l'utilisateur autorisé dès qu'un autre a ouvert ce DMP sur le même poste.",
        decisions={"must_declare_access": _unless_opened_before},
    ),
    Fault(
        name="autorisation-au-nom-d-un-autre",
        breaks="DMP-CON-19",
        family=Family.USER,
        doc="Déclare l'autorisation au nom d'un compte partagé.",
        decisions={"declarant": shared_account},
    ),
    Fault(
        name="autorisation-par-le-certificat",
        breaks="DMP-CON-19",
        family=Family.USER,
        doc="Déclare l'autorisation avec le certificat de la structure, sans le moyen de l'utilisateur.",
        decisions={"declares_with": lambda _means: Means.CERTIFICATE},
    ),
    Fault(
        name="suppression-au-lieu-d-ajout",
        breaks="DMP-CON-19",
        family=Family.CONTENT,
        doc="Demande la suppression de l'autorisation là où il croit demander son ajout.",
        rewrites=(on_bytes(_removal, "TD0.3"),),
    ),
)
