"""Conditions and profiles: the grammar agrees with Python's own, and a rule is set aside only for a stated reason."""

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.catalogue.conditions import MAX_LENGTH, ConditionError, parse_condition
from dmp_imagerie.catalogue.profile import CONDITION_NAMES, Profile, applies
from dmp_imagerie.catalogue.rules import Catalogue

names = st.sampled_from(["pfi", "drimbox", "air", "psc", "vague_2"])
texts = st.recursive(
    names,
    lambda inner: st.one_of(
        inner.map("not {}".format),
        inner.map("({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
    ),
    max_leaves=8,
).filter(lambda text: len(text) <= MAX_LENGTH)


@given(text=texts, facts=st.frozensets(names))
def test_conditions_read_like_python(text: str, facts: frozenset[str]) -> None:
    condition = parse_condition(text)
    expected = eval(text, {"__builtins__": {}}, {name: name in facts for name in condition.names})
    assert condition.holds(facts) is expected


@given(text=st.text(alphabet="pfiandort() _2.'", max_size=MAX_LENGTH + 1))
def test_any_text_is_a_condition_or_a_condition_error(text: str) -> None:
    with contextlib.suppress(ConditionError):
        assert parse_condition(text).names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "trouvé la fin ; attendu un nom"),
        ("pfi or", "trouvé la fin ; attendu un nom"),
        ("or pfi", "trouvé « or » ; attendu un nom"),
        ("pfi drimbox", "« drimbox » inattendu ; attendu « and », « or » ou la fin"),
        ("(pfi", "parenthèse non fermée"),
        ("pfi)", "« ) » inattendu"),
        ("pfi & air", "« & » inattendu"),
        ("__import__('os')", "« ' » inattendu"),
        ("not " * 60 + "pfi", "condition de 243 caractères ; 200 au plus"),
    ],
)
def test_a_malformed_condition_says_what_is_expected(text: str, expected: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert expected in str(caught.value)


def test_every_condition_name_holds_for_some_profile() -> None:
    full = Profile(
        moyens=("cps", "air", "psc", "certificat"),
        drimbox=True,
        historique=True,
        scm=True,
        saas=True,
        bris_de_glace=True,
        matrice_locale=True,
        emet_demandes=True,
        regles_retirees=True,
    )
    other = Profile(voie="pfi", consultation="web", vague=1)
    assert full.facts() | other.facts() == set(CONDITION_NAMES)
    assert not Profile(consultation="aucune").facts() & {"consultation", "integree", "web", "aucune"}


def test_a_profile_comes_from_plain_data_and_refuses_what_it_does_not_know() -> None:
    assert msgspec.convert({"voie": "pfi", "moyens": ["air"]}, Profile) == Profile(voie="pfi", moyens=("air",))
    with pytest.raises(msgspec.ValidationError, match="voix"):
        msgspec.convert({"voix": "pfi"}, Profile)


def test_a_condition_decides(catalogue: Catalogue) -> None:
    rule = catalogue.rule("DMP-HL7-01")
    assert applies(rule, Profile(voie="pfi")) == (True, "")
    assert applies(rule, Profile(drimbox=True)) == (True, "")
    applicable, reason = applies(rule, Profile())
    assert not applicable
    assert reason == "le profil déclaré ne remplit pas la condition « pfi or drimbox »"


def test_a_wave_1_product_is_not_held_to_wave_2(catalogue: Catalogue) -> None:
    first = Profile(vague=1)
    applicable, reason = applies(catalogue.rule("DMP-CON-10"), first)
    assert not applicable
    assert "vague 2" in reason
    for rule in ("DMP-INS-03", "DMP-INS-01", "DMP-INF-01"):  # waves 1, 1+2 and the law
        assert applies(catalogue.rule(rule), first) == (True, "")


def test_a_wave_2_product_is_held_to_everything_unconditional(catalogue: Catalogue) -> None:
    for rule in catalogue.rules:
        assert applies(rule, Profile())[0] or rule.applicable_si is not None
