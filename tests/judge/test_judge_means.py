"""A means that the product says it does not have is set aside; nothing else is, and silence is no declaration."""

from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from story import RADIOLOGIST_ID, Story

from dmp_imagerie.catalogue.profile import Means as ProfileMeans
from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.model.events import Target
from dmp_imagerie.model.values import Means
from dmp_imagerie.model.verdicts import Outcome

ASIDE, UNKNOWN = Outcome.NON_APPLICABLE, Outcome.NON_VERIFIABLE
PARAMS: dict[str, dict[str, Any]] = {"role-reel": {"user": "radiologue"}, "anterieur-montre": {"unique_id": "1.2"}}


@pytest.fixture
def declaring(tell: Callable[..., Story]) -> Callable[..., Story]:
    """``declaring(means, **profile)``: a scene of a product that declares these means for ``sign_in``."""

    def begun(means: tuple[str, ...], **profile: Any) -> Story:
        target = Target(name="RIS", version="1", vendor="Personne", driver="aucun", verbs={"sign_in": means})
        return tell(target=target, profile=msgspec.to_builtins(Profile(**profile))).begin()

    return begun


@pytest.mark.parametrize("check", ["authentification-forte", "role-reel"])
@pytest.mark.parametrize(
    ("means", "profile", "outcome"),
    [
        (("cps",), {}, ASIDE),
        (("cps", "certificat"), {}, ASIDE),
        (("cps",), {"moyens": ("cps",)}, ASIDE),
        (("cps", "e-cps"), {}, UNKNOWN),
        (("cps",), {"moyens": ("cps", "air")}, UNKNOWN),
        (("cps",), {"moyens": ("cps", "psc")}, UNKNOWN),
        (("certificat",), {}, UNKNOWN),
        ((), {}, UNKNOWN),
    ],
)
def test_an_e_cps_is_set_aside_by_who_declares_another_strong_means(
    declaring: Callable[..., Story], check: str, means: tuple[str, ...], profile: dict[str, Any], outcome: Outcome
) -> None:
    story = declaring(means, **profile)
    story.sign_in(means="e-cps", status="unsupported")
    assert story.found(check, **PARAMS.get(check, {})).outcome is outcome


@pytest.mark.parametrize(
    ("means", "claimed", "outcome"),
    [
        (("cps",), ("cps",), ASIDE),
        (("cps",), ("cps", "certificat"), UNKNOWN),
        (("cps", "certificat"), ("cps",), UNKNOWN),
        ((), ("cps",), UNKNOWN),
    ],
)
def test_a_certificate_too(
    declaring: Callable[..., Story], means: tuple[str, ...], claimed: tuple[str, ...], outcome: Outcome
) -> None:
    story = declaring(means, moyens=claimed)
    story.sign_in(means="certificat", status="unsupported")
    story.quiet()
    assert story.found("aucun-appel-de-consultation").outcome is outcome


def test_the_reason_is_told(declaring: Callable[..., Story]) -> None:
    story = declaring(("cps",))
    story.sign_in(means="e-cps", status="unsupported")
    told = story.found("authentification-forte").observed
    assert told == "le produit n'offre pas le moyen « e-cps » : il déclare cps"


@pytest.mark.parametrize("means", list(Means))
def test_no_means_that_the_profile_claims_is_let_off(declaring: Callable[..., Story], means: Means) -> None:
    other = Means.CPS if means is not Means.CPS else Means.E_CPS
    story = declaring((other,), moyens=get_args(ProfileMeans))
    story.sign_in(means=means, status="unsupported")
    story.quiet()
    found = story.found("aucun-appel-de-consultation")
    assert found.outcome is UNKNOWN
    assert found.observed.startswith(f"le profil annonce le moyen « {means} » (moyens)")
    assert "refused" in found.observed, "what to do is told"


@pytest.mark.parametrize(
    ("verbs", "told"),
    [
        (
            {"sign_in": ("cps", "certificat")},
            "le moyen « certificat » est déclaré pour « sign_in », mais le connecteur y répond unsupported",
        ),
        ({"sign_in": ()}, "le connecteur n'offre pas « sign_in » par le moyen « certificat »"),
        ({}, "le connecteur n'offre pas « sign_in »"),
    ],
    ids=["déclaré", "aucun moyen déclaré", "pas de session"],
)
def test_what_is_lacking_is_told(tell: Callable[..., Story], verbs: dict[str, tuple[str, ...]], told: str) -> None:
    target = Target(name="RIS", version="1", vendor="Personne", driver="aucun", verbs=verbs)
    story = tell(target=target, profile=msgspec.to_builtins(Profile(moyens=("cps",)))).begin()
    story.sign_in(means="certificat", status="unsupported")
    story.quiet()
    found = story.found("aucun-appel-de-consultation")
    assert (found.outcome, found.observed) == (UNKNOWN, told)


def test_what_was_played_is_judged_whatever_is_declared(declaring: Callable[..., Story]) -> None:
    story = declaring(("cps",))
    story.sign_in(means="e-cps")
    story.exchange("TD3.1", mode="INDIRECTE")
    assert story.found("authentification-forte").outcome is Outcome.NON_CONFORME


def test_a_check_that_is_not_about_means_is_not_set_aside(declaring: Callable[..., Story]) -> None:
    story = declaring(("cps",))
    story.sign_in(RADIOLOGIST_ID, means="e-cps", status="unsupported")
    assert story.found("anterieur-montre", **PARAMS["anterieur-montre"]).outcome is UNKNOWN
