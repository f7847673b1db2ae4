"""From words to connectors, and the integrity of the faults they may name."""

import dataclasses
import inspect
import sys

import pytest

from dmp_imagerie.catalogue.load import load_catalogue
from dmp_imagerie.connectors.altered import altered
from dmp_imagerie.connectors.faults import FAULTS, Fault
from dmp_imagerie.connectors.nulls import Echo
from dmp_imagerie.connectors.process import ProcessConnector
from dmp_imagerie.connectors.reference.connector import ReferenceConnector
from dmp_imagerie.connectors.reference.decisions import HONEST, Decisions
from dmp_imagerie.connectors.registry import connect

LEAFLET = {
    *("DMP-INS-01", "DMP-INS-18", "DMP-ANN-01"),
    *("DMP-VIS-01", "DMP-VIS-02", "DMP-VIS-03", "DMP-VIS-04"),
    *("DMP-CON-01", "DMP-CON-02", "DMP-CON-03", "DMP-CON-19"),
    *("DMP-HAB-01", "DMP-HAB-02", "DMP-HAB-03"),
    *("DMP-AUT-01", "DMP-AUT-02", "DMP-AUT-03", "DMP-TRA-01"),
}


def test_each_form_makes_its_connector() -> None:
    assert connect("reference").describe().product == "Connecteur de référence"
    assert "settle" not in connect("reference", offers_settle=False).describe().verbs
    faulty = connect("faulty:consulte-sans-accord+invisible-patient-oublie").describe()
    assert "invisible-patient-oublie" in faulty.product
    assert isinstance(connect("null:echo"), Echo)
    assert isinstance(connect("python:dmp_imagerie.connectors.nulls:Echo"), Echo)


def test_a_command_line_becomes_a_process() -> None:
    connector = connect(f'process:"{sys.executable}" -m dmp_imagerie.connectors.serve reference', start_timeout_s=20)
    assert isinstance(connector, ProcessConnector)
    try:
        assert connector.describe().product == "Connecteur de référence"
    finally:
        connector.stop()


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("referense", "Vouliez-vous dire « reference »"),
        ("", "Formes acceptées"),
        ("reference:x", "Voie inconnue"),
        ("null:ekko", "Vouliez-vous dire « echo »"),
        ("null:", "Existants : does-nothing"),
        ("faulty:consulte-sans-acord", "Vouliez-vous dire « consulte-sans-accord »"),
        ("faulty:consulte-sans-accord+consulte-malgre-le-refus", "contredit"),
        ("python:module_absent:fabrique", "impossible à charger"),
        ("python:json:fabrique", "n'a pas de « fabrique »"),
        ("python:json", "python:module:fabrique"),
        ("python:builtins:dict", "objet dict, qui n'est pas un connecteur : driver, in_process"),
        ("process:", "vide"),
        ("process:python 'mon pilote.py", "guillemet ouvert"),
    ],
)
def test_a_wrong_spec_says_what_exists(spec: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected.replace("(", r"\(")):
        connect(spec)


def test_a_fault_nobody_knows_gets_its_neighbours_and_the_command_that_lists_them_all() -> None:
    with pytest.raises(ValueError, match="Défaut inconnu") as refused:
        connect("faulty:consulte-sans-acord")
    assert "« dmp-imagerie selftest --list » donne les " in str(refused.value)
    assert len(str(refused.value)) < 300
    with pytest.raises(ValueError, match="Défaut inconnu") as refused:
        connect("faulty:zzz")
    assert "Vouliez-vous" not in str(refused.value)


def test_an_option_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="option inconnue, « "):
        connect("null:echo", couleur="bleu")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_one_line_of_doc_a_rule_and_known_decisions(fault: Fault) -> None:
    assert {fault.breaks, *fault.also} <= {rule.id for rule in load_catalogue().rules}
    assert fault.breaks not in fault.also
    assert fault.doc.endswith(".")
    assert "\n" not in fault.doc
    assert set(fault.decisions) <= {field.name for field in dataclasses.fields(Decisions)}
    assert altered([fault.name]) != HONEST


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_replaced_decision_takes_what_the_honest_one_takes(fault: Fault) -> None:
    for name, replacement in fault.decisions.items():
        honest = getattr(HONEST, name)
        assert callable(honest) == callable(replacement)
        if callable(honest):
            assert len(inspect.signature(replacement).parameters) == len(inspect.signature(honest).parameters)


def test_every_leaflet_rule_a_defect_can_break_has_a_fault() -> None:
    assert {fault.breaks for fault in FAULTS.values()} >= LEAFLET


def test_no_fault_is_the_honest_product() -> None:
    assert altered([]) == HONEST
    with pytest.raises(ValueError, match="Défaut ou variante inconnu"):
        altered(["inconnu"])


def test_the_constructor_knows_the_faults() -> None:
    with pytest.raises(ValueError, match="Défaut ou variante inconnu"):
        ReferenceConnector(faults=("inconnu",))
