"""Which means of authentication a product says it offers, and when an example on another is set aside."""

from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import STRONG_MEANS
from dmp_imagerie.model.values import Means

_IN_PROFILE = {Means.CPS.value: ("cps",), Means.E_CPS.value: ("air", "psc")}
"""What the profile (``moyens``) calls a means: e-CPS reaches the DMP by the AIR mode or through Pro Santé Connect."""


def means_not_offered(scene: Scene) -> str:
    """Why an example is set aside: the product was asked for a means that it says it does not have.

    It must have answered so (``unsupported``), listed the means it has (options of ``sign_in``), and one of these must
    be strong: a product that says nothing, or has no strong means at all, is let off nothing. "" when the check stands.
    """
    asked = [verb for verb in scene.verbs("sign_in") if status_of(verb) == "unsupported"]
    offered = scene.target.verbs.get("sign_in", ())
    if not asked or not STRONG_MEANS & {*offered}:
        return ""
    means = str(asked[0].arguments.get("means"))
    declared = scene.profile.get("moyens", ())
    if means in offered or any(name in declared for name in _IN_PROFILE.get(means, ())):
        return ""
    return f"le produit n'offre pas le moyen « {means} » : il déclare {', '.join(offered)}"
