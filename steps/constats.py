"""Alors : ce qui doit se constater. Chaque phrase demande un contrôle, et un seul."""

from dmp_imagerie.suite_api import Verdicts, World, checks, parse, then

CHANNELS = {"Mon espace santé": "mon_espace_sante", "courriel": "courriel", "courrier": "courrier"}
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


@then("le DMP n'a plus pris aucun document une fois l'identité déclassée")
def nothing_sent_since(verdicts: Verdicts) -> None:
    verdicts.record(checks.feeding.no_submission_since)


@then("aucune des deux n'a reçu dans son DMP le compte rendu de l'autre")
def each_her_own(verdicts: Verdicts) -> None:
    verdicts.record(checks.identity.each_her_own, aliases=["patiente", "homonyme"])


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


@then("aucun document de son DMP n'a été cherché, ouvert ni montré sans son accord")
def nothing_consulted(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.no_consultation)


@then("l'autorisation a été déclarée au nom du radiologue, après l'accord et avant la recherche")
def declared_after_agreement(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.declared_after_agreement)


@then("l'autorisation du manipulateur a été déclarée en son nom, avant sa recherche")
def radiographer_declared(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.declared_after_agreement, user="manipulateur")


@then("le DMP tient l'autorisation du radiologue pour valide")
def authorisation_valid(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.authorisation_valid)


@then("le DMP tient l'autorisation du manipulateur pour valide")
def radiographer_authorised(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.authorisation_valid, user="manipulateur")


@then("aucune autorisation n'a été déclarée")
def nothing_declared(verdicts: Verdicts) -> None:
    verdicts.record(checks.consultation.no_declaration)


@then("sa déclaration est datée, signée et accompagnée d'une pièce")
def declared(verdicts: Verdicts) -> None:
    verdicts.record(checks.declarations.declaration)


@then("le compte rendu déposé est masqué aux professionnels")
def masked_from_professionals(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.masked_from_professionals)


@then("le compte rendu déposé est visible des représentants légaux")
def visible_to_representatives(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.visible_to_representatives)


@then("le compte rendu déposé est invisible aux représentants légaux")
def hidden_from_representatives(verdicts: Verdicts) -> None:
    verdicts.record(checks.visibility.hidden_from_representatives)


@then("aucune trace d'accord n'est montrée")
def no_agreement_trace(verdicts: Verdicts) -> None:
    verdicts.record(checks.traces.no_trace)


@then(parse("la trace montre la date de l'accord, sa forme {forme} et qui l'a recueilli"))
def agreement_traced(verdicts: Verdicts, forme: str) -> None:
    verdicts.record(checks.traces.agreement_traced, form=forme)


@then("le produit a enregistré l'information et l'accord")
def both_recorded(verdicts: Verdicts) -> None:
    verdicts.record(checks.traces.both_recorded)


@then("la trace montre l'information et l'accord de la patiente")
def both_traced(verdicts: Verdicts) -> None:
    verdicts.record(checks.traces.both_traced)


@then(parse("chaque appel porte l'identité, la profession et la spécialité du {utilisateur}"))
def real_role(verdicts: Verdicts, utilisateur: str) -> None:
    verdicts.record(checks.habilitation.real_role, user=utilisateur)


@then(parse("la liste du {utilisateur} contient le compte rendu d'imagerie"))
def imaging_report_shown(verdicts: Verdicts, world: World, utilisateur: str) -> None:
    verdicts.record(checks.habilitation.documents_shown, user=utilisateur, **world.documents("imagerie"))


@then("la liste du radiologue contient les trois comptes rendus")
def all_reports_shown(verdicts: Verdicts, world: World) -> None:
    documents = world.documents("imagerie", "hospitalisation", "opératoire")
    verdicts.record(checks.habilitation.documents_shown, user="radiologue", **documents)


@then("le radiologue a pu lire les trois comptes rendus")
def all_reports_read(verdicts: Verdicts, world: World) -> None:
    documents = world.documents("imagerie", "hospitalisation", "opératoire")
    verdicts.record(checks.habilitation.documents_read, user="radiologue", **documents)


@then("ni le compte rendu d'hospitalisation ni le compte rendu opératoire n'ont été montrés au manipulateur")
def others_withheld(verdicts: Verdicts, world: World) -> None:
    documents = world.documents("hospitalisation", "opératoire")
    verdicts.record(checks.habilitation.documents_withheld, user="manipulateur", **documents)


@then("l'adresse ouverte est celle du site du DMP")
def site_opened(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.site_opened)


@then("l'adresse ouverte est celle du dossier de la patiente")
def contextual_call(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.contextual_call)


@then("le compte rendu antérieur est montré dans le logiciel")
def read_in_product(verdicts: Verdicts, world: World) -> None:
    verdicts.record(checks.access.read_in_product, unique_id=world.past_report)


@then("la liste montrée dans le dossier de la patiente est la sienne")
def own_list(verdicts: Verdicts, world: World) -> None:
    verdicts.record(checks.access.own_list, unique_id=world.past_report, others=world.past_reports("homonyme"))


@then("chaque consultation porte une authentification forte")
def strong_authentication(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.strong_authentication)


@then("rien n'est consulté hors d'une session ouverte par un moyen fort")
def no_weak_consultation(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.nothing_consulted)


@then("le dépôt figure dans l'historique que voit la patiente")
def in_access_log(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.in_access_log)


@then("rien n'a été fait au DMP que personne n'ait demandé")
def nothing_hidden(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.nothing_hidden)


@then(parse("la patiente est avertie par {canal}"))
def notified(verdicts: Verdicts, canal: str) -> None:
    verdicts.record(checks.access.notified, channel=CHANNELS[canal])


@then("la patiente est avertie de la consultation")
def reading_notified(verdicts: Verdicts) -> None:
    verdicts.record(checks.access.reading_notified)


@then("le compte rendu est montré comme envoyé")
def shown_as_sent(verdicts: Verdicts, world: World) -> None:
    verdicts.record(checks.display.shown_as_sent, report_id=world.report().report_id)


@then("le compte rendu n'est pas montré comme envoyé")
def not_shown_as_sent(verdicts: Verdicts, world: World) -> None:
    verdicts.record(checks.display.refusal_shown, report_id=world.report().report_id)
