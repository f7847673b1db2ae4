"""Which means of authentication a product says it offers, and when an example on another is set aside."""

from dmp_imagerie.judge.engine import status_of
from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.judge.sessions import STRONG_MEANS
from dmp_imagerie.judge.unsupported import SIGN_IN, claimed


def means_not_offered(scene: Scene) -> str:
    """Why an example is set aside: the product was asked for a means that it says it does not have.

    It must have answered so (``unsupported``), listed the means it has (options of ``sign_in``), and one of these must
    be strong: a product that says nothing, or has no strong means at all, is let off nothing. Nor is one whose profile
    claims the means. "" when the check stands.
    """
    asked = [verb for verb in scene.verbs(SIGN_IN) if status_of(verb) == "unsupported"]
    offered = scene.target.verbs.get(SIGN_IN, ())
    if not asked or not STRONG_MEANS & {*offered}:
        return ""
    means = str(asked[0].arguments.get("means"))
    if means in offered or claimed(scene, means):
        return ""
    return f"le produit n'offre pas le moyen « {means} » : il déclare {', '.join(offered)}"
