"""Quand : ce que quelqu'un fait du produit. Chaque phrase est un geste d'utilisateur."""

from dmp_imagerie.suite_api import IdentityStatus, Means, Product, Visibility, World, parse, when

HIDDEN_FROM = {
    "à la patiente": Visibility.HIDDEN_FROM_PATIENT,
    "aux autres professionnels": Visibility.MASKED_FROM_PROFESSIONALS,
    "aux représentants légaux": Visibility.HIDDEN_FROM_REPRESENTATIVES,
}
MEANS = {
    "sa carte CPS": Means.CPS,
    "l'appli e-CPS": Means.E_CPS,
    "le seul certificat du poste": Means.CERTIFICATE,
}


@when("le radiologue valide le compte rendu")
def validate(world: World, product: Product) -> None:
    product.validate(world.report(), world.user())


@when(parse("le radiologue rend le compte rendu invisible {à_qui}"))
def hide(world: World, product: Product, à_qui: str) -> None:
    product.hide(world.report(), (HIDDEN_FROM[à_qui],))


@when("le radiologue rend le compte rendu de l'homonyme invisible à celle-ci")
def hide_other(world: World, product: Product) -> None:
    product.hide(world.report("homonyme"), (Visibility.HIDDEN_FROM_PATIENT,))


@when("le radiologue valide le compte rendu de l'homonyme")
def validate_other(world: World, product: Product) -> None:
    product.validate(world.report("homonyme"), world.user())


@when("le radiologue reprend le texte du compte rendu")
def rewrite(world: World, product: Product) -> None:
    product.rewrite(world.report())


@when(parse("l'accueil ramène l'identité de la patiente au statut {statut}"))
def downgrade_identity(world: World, statut: str) -> None:
    world.downgrade_identity(IdentityStatus(statut))


@when("le DMP de la patiente redevient disponible")
def dmp_back(world: World) -> None:
    world.resume_dmp()


@when("le radiologue consulte le DMP de la patiente")
def consult(world: World, product: Product) -> None:
    product.consult(world.patient(), world.exam())


@when("le radiologue consulte de nouveau le DMP de la patiente")
@when("quelqu'un consulte le DMP de la patiente sans s'authentifier")
def consult_again(world: World, product: Product) -> None:
    product.consult(world.patient(), world.exam())


@when("le radiologue consulte ensuite le DMP de l'homonyme")
def consult_homonym(world: World, product: Product) -> None:
    product.consult(world.patient("homonyme"), world.exam("homonyme"))


@when("le radiologue ouvre le compte rendu de l'homonyme")
def open_report_of_homonym(world: World, product: Product) -> None:
    product.open_documents(world.patient("homonyme"), world.past_reports("homonyme"))


@when("le radiologue revient à la liste de la patiente")
def back_to_list(world: World, product: Product) -> None:
    product.list_documents(world.patient(), world.exam())


@when("la patiente revient sur son accord")
def withdraw_agreement(world: World, product: Product) -> None:
    product.withdraw_agreement(world.patient(), world.exam())


@when(parse("le {utilisateur} ouvre sa session par sa carte CPS"))
def sign_in(world: World, product: Product, utilisateur: str) -> None:
    product.sign_in(world.user(utilisateur))


@when("le radiologue ferme sa session")
def sign_out(product: Product) -> None:
    product.sign_out()


@when("le centre est interrogé sur l'information de ses patients")
def ask_centre(world: World) -> None:
    world.ask_centre()


@when("le radiologue signale un besoin d'annonce")
def require_announcement(world: World, product: Product) -> None:
    product.require_announcement(world.report())


@when(parse("le {utilisateur} s'authentifie par {moyen} et consulte le DMP de la patiente"))
def sign_in_and_consult(world: World, product: Product, utilisateur: str, moyen: str) -> None:
    product.consult_as(world.user(utilisateur), MEANS[moyen], world.patient(), world.exam())


@when("le radiologue ouvre le compte rendu antérieur")
def open_past_report(world: World, product: Product) -> None:
    product.open_documents(world.patient(), [world.past_report])


@when("le radiologue ouvre chacun des documents de la liste")
@when("le manipulateur tente d'ouvrir les mêmes documents")
def open_all_documents(world: World, product: Product) -> None:
    product.open_documents(world.patient(), world.past_reports())


@when("le radiologue appuie sur le bouton DMP")
def press_dmp_button(world: World, product: Product) -> None:
    product.open_web_dmp(world.patient())


@when("l'information de la patiente est enregistrée")
def record_information(world: World, product: Product) -> None:
    product.record_information(world.patient())


@when(parse("l'accord {forme} de la patiente est recueilli"))
def collect_agreement(world: World, product: Product, forme: str) -> None:
    product.collect_agreement(world.patient(), world.exam(), forme)


@when("le radiologue ouvre les traces de la patiente")
def inspect_traces(world: World, product: Product) -> None:
    product.inspect_traces(world.patient())


@when("le radiologue regarde où en est l'envoi du compte rendu")
def inspect_reports(world: World, product: Product) -> None:
    product.inspect_reports(world.patient())
