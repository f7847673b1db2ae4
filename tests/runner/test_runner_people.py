"""The people of the scenarios belong to nobody and to one scenario each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_imagerie.catalogue.identities import is_test_ins
from dmp_imagerie.model.values import Patient
from dmp_imagerie.runner.cast import USERS, Cast


def ins(patient: Patient) -> tuple[str, str]:
    assert patient.ins is not None
    return patient.ins.value, patient.ins.oid


@given(st.integers(min_value=0))
def test_nobody_is_met_twice_and_nobody_is_real(seed: int) -> None:
    cast = Cast(seed)
    patients = [cast.patient("patiente", f"s{number}") for number in range(20)]
    patients += [cast.homonym(patient, "homonyme") for patient in patients]
    assert len({ins(patient) for patient in patients}) == len({patient.local_id for patient in patients}) == 40
    assert all(is_test_ins(*ins(patient)) for patient in patients)


def test_the_same_seed_gives_the_same_people() -> None:
    def people(seed: int) -> list[Patient]:
        cast = Cast(seed)
        return [cast.patient("patiente", key) for key in ("a", "b")]

    assert people(7) == people(7)
    assert people(7) != people(8)


def test_traits_do_not_depend_on_who_came_before() -> None:
    first, second = Cast(7), Cast(7)
    second.patient("patiente", "un autre")
    one, other = first.patient("patiente", "a"), second.patient("patiente", "a")
    assert (one.family_name, one.birth_date, one.given_names) == (
        other.family_name,
        other.birth_date,
        other.given_names,
    )


@pytest.mark.parametrize("sex", ["F", "M"])
def test_a_homonym_has_the_same_traits_and_another_ins(sex: str) -> None:
    cast = Cast(7)
    patient = cast.patient("patiente", "a", "F" if sex == "F" else "M")
    other = cast.homonym(patient, "homonyme")
    traits = ("family_name", "given_names", "birth_date", "sex")
    assert [getattr(patient, trait) for trait in traits] == [getattr(other, trait) for trait in traits]
    assert (patient.sex, ins(patient) != ins(other), other.alias) == (sex, True, "homonyme")


def test_users_are_told_apart() -> None:
    assert len({user.ps_id for user in USERS}) == len({user.alias for user in USERS}) == len(USERS)
