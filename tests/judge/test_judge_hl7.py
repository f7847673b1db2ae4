"""What the edition 2.1 asks is asked only of who is held to it: a product of wave 2, a message that claims it."""

from collections.abc import Callable

import msgspec
import pytest
from hl7_cases import Change, asked, field, identity
from message_cases import Tell
from story import Story

from dmp_imagerie.catalogue.profile import Profile
from dmp_imagerie.judge.registry import INVARIANTS
from dmp_imagerie.model.verdicts import Outcome

EARLIER = field("MSH", 21, "1.2^CISIS_CDA_HL7_V1")
UNSAID = field("MSH", 21, "")
WAVE_1 = msgspec.to_builtins(Profile(vague=1))
OF_2_1 = [
    one.name for one in INVARIANTS.values() if one.rule.startswith("DMP-HL7") and one.rule[-2:] not in ("01", "05")
]


def found(story: Story, tell: Tell, name: str) -> Outcome | None:
    tell(story.begin())
    finding = story.invariant(name)
    return finding.outcome if finding else None


@pytest.mark.parametrize("name", [*OF_2_1, "pid-3-et-cda"])
@pytest.mark.parametrize("change", [EARLIER, UNSAID], ids=["édition 1.2", "sans profil"])
def test_a_message_of_another_edition_is_left_open(tell: Callable[..., Story], name: str, change: Change) -> None:
    wrong = asked(change, field("ORC", 1, "SC"), field("TXA", 12, ""), field("PV1", 19, ""), field("OBX", 11, "P"))
    assert found(tell(profile=WAVE_1), wrong, name) in {None, Outcome.NON_VERIFIABLE}


@pytest.mark.parametrize("profile", [WAVE_1, {}], ids=["vague 1", "vague inconnue"])
def test_the_profile_is_not_asked_of_who_is_not_of_wave_2(
    tell: Callable[..., Story], profile: dict[str, object]
) -> None:
    assert found(tell(profile=profile), asked(UNSAID), "message-hl7-du-volet") is Outcome.NON_VERIFIABLE


def test_what_every_edition_asks_is_asked_of_all(tell: Callable[..., Story]) -> None:
    wrong = asked(UNSAID, field("MSH", 12, "2.3.1"))
    assert found(tell(profile=WAVE_1), wrong, "message-hl7-du-volet") is Outcome.NON_CONFORME
    provisional = asked(EARLIER, identity=identity(reliability="PROV"))
    assert found(tell(profile=WAVE_1), provisional, "destdmp-permis") is Outcome.NON_CONFORME


def test_a_message_that_says_the_edition_is_held_to_it(tell: Callable[..., Story]) -> None:
    assert found(tell(profile=WAVE_1), asked(field("ORC", 1, "SC")), "ordre-hl7-coherent") is Outcome.NON_CONFORME


def test_one_message_left_open_does_not_hide_that_another_was_right(tell: Callable[..., Story]) -> None:
    story = tell(profile={})
    asked(UNSAID)(story.begin())
    asked()(story)
    finding = story.invariant("message-hl7-du-volet")
    assert finding is not None
    assert (finding.outcome, len(finding.evidence)) == (Outcome.CONFORME, 1)


@pytest.mark.parametrize(
    ("name", "number"),
    [("demandeur-et-destinataires-hl7", ("PRT", 4)), ("venue-numerotee", ("PV1", 2)), ("pid-3-et-cda", ("PID", 3))],
)
def test_a_message_beyond_the_bounds_is_left_open_not_a_failure_of_the_kit(
    tell: Callable[..., Story], name: str, number: tuple[str, int]
) -> None:
    assert found(tell(), asked(field(*number, "^" * 2000)), name) is Outcome.NON_VERIFIABLE
