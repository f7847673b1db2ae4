"""Alors : ce qui doit se constater. Chaque phrase demande un contrôle, et un seul."""

from dmp_imagerie.suite_api import Verdicts, World, checks, parse, then

CODES = {
    "à la patiente": "INVISIBLE_PATIENT",
    "aux autres professionnels": "MASQUE_PS",
    "aux représentants légaux": "INVISIBLE_REPRESENTANTS_LEGAUX",
}


@then("le DMP a reçu le compte rendu une seule fois")
def received_once(verdicts: Verdicts) -> None:
    verdicts.record(checks.feeding.received_once)


@then("aucun document n'a été envoyé au DMP")
def nothing_sent(verdicts: Verdicts) -> None:
    verdicts.record(checks.feeding.no_submission)


@then("le DMP de la patiente contient le compte rendu")
def in_her_record(verdicts: Verdicts) -> None:
    verdicts.record(checks.identity.in_her_record)


@then("l'INS de la patiente est la seule, partout dans ce qui a été envoyé")
def her_ins_everywhere(verdicts: Verdicts) -> None:
    verdicts.record(checks.identity.patient_everywhere)


@then("le DMP de l'homonyme n'a rien reçu")
def homonym_untouched(verdicts: Verdicts) -> None:
    verdicts.record(checks.identity.not_in_the_other)


@then("le compte rendu déposé est visible de la patiente")
def visible_to_patient(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.visible_to_patient)


@then("le compte rendu déposé est invisible à la patiente")
def hidden_from_patient(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.hidden_from_patient)


@then("le compte rendu déposé est visible des professionnels")
def visible_to_professionals(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.visible_to_professionals)


@then("le premier envoi ne porte aucune restriction")
def first_submission_unrestricted(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.choice_in_first_submission, codes=[])


@then(parse("le premier envoi porte ce choix, et lui seul : invisible {à_qui}"))
def first_submission_carries(verdicts: Verdicts, à_qui: str) -> None:
    verdicts.record(checks.visibility.choice_in_first_submission, codes=[CODES[à_qui]])


@then("la liste montrée au radiologue contient le compte rendu antérieur")
def past_report_shown(verdicts: Verdicts, world: World) -> None:
    verdicts.record(checks.consultation.past_report_shown, unique_id=world.past_report)


@then("aucun document de son DMP n'a été cherché ni ouvert")
def nothing_consulted(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.no_consultation)


@then("l'autorisation a été déclarée au nom du radiologue, après l'accord et avant la recherche")
def declared_after_agreement(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.declared_after_agreement)


@then("le DMP tient l'autorisation du radiologue pour valide")
def authorisation_valid(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.authorisation_valid)


@then("aucune autorisation n'a été déclarée")
def nothing_declared(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.no_declaration)
