"""Quand : ce que quelqu'un fait du produit. Chaque phrase est un geste d'utilisateur."""

from dmp_imagerie.suite_api import Product, Visibility, World, parse, when

HIDDEN_FROM = {
    "à la patiente": Visibility.HIDDEN_FROM_PATIENT,
    "aux autres professionnels": Visibility.MASKED_FROM_PROFESSIONALS,
    "aux représentants légaux": Visibility.HIDDEN_FROM_REPRESENTATIVES,
}


@when("le radiologue valide le compte rendu")
def validate(world: World, product: Product) -> None:
    product.validate(world.report(), world.user())


@when(parse("le radiologue rend le compte rendu invisible {à_qui}"))
def hide(world: World, product: Product, à_qui: str) -> None:
    product.hide(world.report(), (HIDDEN_FROM[à_qui],))


@when("le radiologue consulte le DMP de la patiente")
def consult(world: World, product: Product) -> None:
    product.consult(world.patient(), world.exam())
