"""The driver whose hands are a person's: each verb becomes one instruction, each answer an outcome.

Promises the runner that nothing is made up: what nobody did is skipped, what nobody saw is not displayed.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from dmp_imagerie.connectors.contract import AnyVerb, Description, DriverError, Outcome, Surroundings, verb_name
from dmp_imagerie.connectors.inprocess import ALL_VERBS
from dmp_imagerie.connectors.operator.instruction import Answer, Instruction, KnownDocument, outcome
from dmp_imagerie.connectors.operator.memory import Memory, spelt_out
from dmp_imagerie.connectors.operator.templates import templates

DRIVER = "operateur"
UNNAMED = "Produit conduit à la main"
"""What a product is called when nobody says its name."""


class Operator(Protocol):
    """Whoever stands between the driver and the person: a terminal, a page, a test."""

    def ask(self, instruction: Instruction, deadline_s: float) -> Answer:
        """Return an answer that has no problem (see ``instruction.problems``).

        Raises SkippedError when the person passes or runs out of time, KeyboardInterrupt when they stop the session.
        """
        ...

    def documents(self, ins: str) -> Sequence[KnownDocument]:
        """Return what the DMP holds of this patient now: a person names documents by their titles."""
        ...


class OperatorConnector:
    """The product as a person works it.

    Args:
        operator: whom to ask.
        product, version, vendor: what the product is; a person cannot be asked by a machine.
    """

    driver: str = DRIVER
    in_process: bool = False

    def __init__(self, operator: Operator, *, product: str = UNNAMED, version: str = "", vendor: str = "") -> None:
        self._operator = operator
        self._description = Description(
            product=str(product), version=str(version), vendor=str(vendor), verbs=dict.fromkeys(ALL_VERBS, ())
        )
        self._memory: Memory | None = None

    def describe(self) -> Description:
        return self._description

    def start(self, surroundings: Surroundings) -> None:
        self._memory = Memory(surroundings)

    def call(self, verb: AnyVerb, deadline_s: float) -> Outcome:
        if self._memory is None:
            raise DriverError(f"« {verb_name(verb)} » avant le démarrage (start).")
        self._memory.learn(verb)
        instruction = self._instruct(verb, self._memory)
        return outcome(instruction, self._operator.ask(instruction, deadline_s))

    def stop(self) -> None:
        """Nothing is held."""

    def _instruct(self, verb: AnyVerb, memory: Memory) -> Instruction:
        patient = memory.patient(verb)
        documents = tuple(self._operator.documents(patient.ins.value)) if patient and patient.ins else ()
        wanted = next((known for known in documents if known.unique_id == getattr(verb, "unique_id", "")), None)
        facts = memory.facts(verb) | ({"document": spelt_out(wanted)} if wanted else {})
        return templates().fill(msgspec.to_builtins(verb), facts, documents)
