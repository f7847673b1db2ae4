"""Fictional identities: valid keys, no real person, and test numbers told from the others."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.catalogue.identities import (
    MAX_SYNTHETIC,
    OID_INS_DEMO,
    OID_INS_TEST,
    fictional_identities,
    ins_key_valid,
    is_test_ins,
    synthetic_ins,
)

OID_INS_NIR = "1.2.250.1.213.1.4.8"
UNIVERSAL = "279035121518989"

sexes = st.sampled_from(["M", "F"])
births = st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 12, 31))
counters = st.integers(0, MAX_SYNTHETIC)


def test_official_identities_have_valid_keys_and_both_purposes() -> None:
    identities = fictional_identities()
    assert len(identities) == 26
    for ins, identity in identities.items():
        assert ins == identity.ins
        assert ins_key_valid(ins)
        assert is_test_ins(ins, identity.oid)
        assert identity.usage != identity.purpose


def test_the_universal_example() -> None:
    identity = fictional_identities()[UNIVERSAL]
    assert (identity.nom, identity.prenom, identity.naissance) == ("PAT-TROIS", "DOMINIQUE", "1979-03-28")
    assert (identity.sexe, identity.oid) == ("F", OID_INS_TEST)


def test_a_test_number_under_another_oid_is_not_a_test_identity() -> None:
    demo = next(identity for identity in fictional_identities().values() if identity.oid == OID_INS_DEMO)
    assert not is_test_ins(UNIVERSAL, OID_INS_NIR)
    assert not is_test_ins(UNIVERSAL, OID_INS_DEMO)
    assert not is_test_ins(demo.ins, OID_INS_TEST)


@given(counter=counters, sex=sexes, birth=births)
def test_a_synthetic_number_is_well_formed_and_nobody_s(counter: int, sex: str, birth: date) -> None:
    ins = synthetic_ins(counter, "M" if sex == "M" else "F", birth)
    assert ins_key_valid(ins)
    assert ins[:5] == f"{'12'[sex == 'F']}{birth:%y%m}"
    assert ins[5:7] == "00"
    assert is_test_ins(ins, OID_INS_TEST)
    assert not is_test_ins(ins, OID_INS_NIR)


@given(pair=st.lists(counters, min_size=2, max_size=2, unique=True), birth=births)
def test_distinct_counters_give_distinct_numbers(pair: list[int], birth: date) -> None:
    assert synthetic_ins(pair[0], "F", birth) != synthetic_ins(pair[1], "F", birth)


@pytest.mark.parametrize("counter", [-1, MAX_SYNTHETIC + 1])
def test_a_counter_out_of_bounds_is_refused(counter: int) -> None:
    with pytest.raises(ValueError, match="attendu de 0 à 999999"):
        synthetic_ins(counter, "F", date(1980, 1, 1))


@given(counter=counters, place=st.integers(0, 14), shift=st.integers(1, 9))
def test_one_wrong_digit_breaks_the_key(counter: int, place: int, shift: int) -> None:
    ins = synthetic_ins(counter, "F", date(1980, 1, 1))
    wrong = str((int(ins[place]) + shift) % 10)
    assert not ins_key_valid(ins[:place] + wrong + ins[place + 1 :])


def test_corsican_departments_count_as_19_and_18() -> None:
    for department, replaced in (("2A", "19"), ("2B", "18")):
        digits = f"18001{replaced}004001"
        key = f"{97 - int(digits) % 97:02d}"
        assert ins_key_valid(f"18001{department}004001{key}")
        assert not ins_key_valid(f"18001{department.lower()}004001{key}")


@pytest.mark.parametrize("value", ["", "279", UNIVERSAL[:14], UNIVERSAL + "0", "27903512151898x", "²" * 15, "٢" * 15])
def test_what_is_not_an_ins_has_no_valid_key(value: str) -> None:
    assert not ins_key_valid(value)
