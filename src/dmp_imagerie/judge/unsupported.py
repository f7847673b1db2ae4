"""What to say of a gesture that the product answers it cannot do (``unsupported``), and which means it claims."""

from dmp_imagerie.judge.scene import Scene
from dmp_imagerie.model.events import Verb
from dmp_imagerie.model.values import Means

IN_PROFILE = {Means.CPS.value: ("cps",), Means.E_CPS.value: ("air", "psc"), Means.CERTIFICATE.value: ("certificat",)}
"""What the profile (``moyens``) calls a means: e-CPS reaches the DMP by the AIR mode or through Pro Santé Connect."""
SIGN_IN = "sign_in"


def claimed(scene: Scene, means: str) -> bool:
    """Whether the profile of the run says that the product has this means."""
    return any(name in scene.profile.get("moyens", ()) for name in IN_PROFILE.get(means, ()))


def lacking(scene: Scene, verb: Verb) -> str:
    """What is missing when the product answers ``unsupported`` to ``verb``: the verb, or one means of signing in."""
    if verb.name != SIGN_IN or SIGN_IN not in scene.target.verbs:
        return f"le connecteur n'offre pas « {verb.name} »"
    means = str(verb.arguments.get("means"))
    if means in scene.target.verbs[SIGN_IN]:
        return f"le moyen « {means} » est déclaré pour « sign_in », mais le connecteur y répond unsupported"
    if claimed(scene, means):
        return (
            f"le profil annonce le moyen « {means} » (moyens) et le connecteur ne l'offre pas à « sign_in » : "
            "offrez-le (refused si le produit n'ouvre pas de session ainsi), ou ôtez-le du profil"
        )
    return f"le connecteur n'offre pas « sign_in » par le moyen « {means} »"
