"""Whose an exchange is: the scenario that owns the patient it speaks of, whichever happens to be playing."""

from collections.abc import Mapping
from typing import Any

from dmp_imagerie.model.events import World


class Owners:
    """Who owns which INS and which local identifier, as patients are made known."""

    def __init__(self) -> None:
        self._scenarios: dict[str, str] = {}

    def note(self, patient: World) -> None:
        """Remember that this patient belongs to the scenario of its event."""
        ins = patient.data.get("ins") or {}
        for identifier in (ins.get("value"), patient.data.get("local_id")):
            if identifier:
                self._scenarios[identifier] = patient.scenario

    def of(self, exchange: Mapping[str, Any]) -> str:
        """The scenario of an exchange, by its fields: the patient it is attributed to, then every INS seen in it; ""
        when nobody owns any of them."""
        seen = exchange["measures"].ins if "measures" in exchange else ()
        for identifier in (exchange.get("patient", ""), *(ins.value for ins in seen)):
            if identifier in self._scenarios:
                return self._scenarios[identifier]
        return ""
