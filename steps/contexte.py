"""Étant donné : ce que le scénario tient pour acquis. Chaque phrase pose un fait, par un seul appel."""

from dmp_imagerie.suite_api import Agreement, AuthorisationStatus, IdentityStatus, World, given, parse

ANSWERS = {
    "accord non recueilli": (Agreement.NOT_COLLECTED, True),
    "accord refusé": (Agreement.REFUSED, True),
    "accord donné sans information préalable": (Agreement.GIVEN, False),
}
AUTHORISATIONS = {
    "absente": AuthorisationStatus.NONE,
    "expirée": AuthorisationStatus.EXPIRED,
    "valide": AuthorisationStatus.VALID,
    "bloquée par la patiente": AuthorisationStatus.BLOCKED,
}


@given(parse("une patiente dont l'identité est {statut} et dont le DMP est ouvert"))
def patient_with_open_dmp(world: World, statut: str) -> None:
    world.add_patient(IdentityStatus(statut))


@given("un compte rendu d'imagerie prêt à être validé")
def report_ready(world: World) -> None:
    world.add_report()


@given("une homonyme, née le même jour, dont le dossier vient d'être ouvert à l'écran")
def homonym_opened_last(world: World) -> None:
    world.add_homonym()


@given("une patiente enregistrée par erreur sous l'INS d'une homonyme")
def mistaken_patient(world: World) -> None:
    world.add_mistaken_patient()


@given("son INS corrigée depuis à l'accueil")
def corrected_identity(world: World) -> None:
    world.correct_identity()


@given(parse("son identité ramenée depuis au statut {statut}"))
def downgraded_identity(world: World, statut: str) -> None:
    world.downgrade_identity(IdentityStatus(statut))


@given("le DMP de la patiente momentanément indisponible")
def dmp_away(world: World) -> None:
    world.interrupt_dmp()


@given("un compte rendu antérieur déjà présent dans son DMP")
def past_report(world: World) -> None:
    world.add_past_report()


@given("le DMP de la patiente, qui refuse tout dépôt")
def dmp_refuses(world: World) -> None:
    world.refuse_documents()


@given(parse("une autorisation d'accès du radiologue {état} dans ce DMP"))
def radiologist_authorisation(world: World, état: str) -> None:
    world.set_authorisation(AUTHORISATIONS[état])


@given("l'accord explicite de la patiente, informée, à la consultation de son DMP")
def explicit_agreement(world: World) -> None:
    world.record_consent(Agreement.GIVEN, informed=True)


@given(parse("pour seule réponse de la patiente à la consultation : {réponse}"))
def answer_short_of_agreement(world: World, réponse: str) -> None:
    agreement, informed = ANSWERS[réponse]
    world.record_consent(agreement, informed=informed)


@given("cet accord donné pour une prise en charge précédente : la patiente revient pour un autre examen")
def another_episode(world: World) -> None:
    world.begin_episode()


@given("cet accord retiré ensuite par la patiente")
def agreement_withdrawn(world: World) -> None:
    world.record_consent(Agreement.REFUSED)


@given("l'accord explicite de l'homonyme, informée, à la consultation de son propre DMP")
def homonym_agreement(world: World) -> None:
    world.record_consent(Agreement.GIVEN, alias="homonyme")


@given("l'information de la patiente sur l'alimentation de son DMP, et aucune réponse sur sa consultation")
def information_alone(world: World) -> None:
    world.record_information()


@given("une homonyme, née le même jour, dont le DMP est ouvert lui aussi à la consultation")
def homonym_to_consult(world: World) -> None:
    world.add_homonym_to_consult()


@given(parse("une autorisation d'accès du manipulateur {état} dans ce DMP"))
def radiographer_authorisation(world: World, état: str) -> None:
    world.set_authorisation(AUTHORISATIONS[état], user="manipulateur")


@given("le radiologue authentifié par sa carte CPS")
def radiologist_signed_in(world: World) -> None:
    world.sign_in()


@given("un compte rendu d'imagerie, un compte rendu d'hospitalisation et un compte rendu opératoire dans son DMP")
def past_reports_of_all_kinds(world: World) -> None:
    world.add_past_reports_of_all_kinds()


@given("une autorisation d'accès valide pour le radiologue et pour le manipulateur")
def everyone_authorised(world: World) -> None:
    world.authorise_everyone()


@given(parse("une patiente qui n'a pas activé Mon espace santé et qu'on joint par {canal}"))
def without_mon_espace_sante(world: World, canal: str) -> None:
    world.leave_mon_espace_sante(by_email=canal == "courriel")
