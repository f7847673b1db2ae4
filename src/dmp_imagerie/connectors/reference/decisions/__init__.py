"""The choices a RIS makes about the DMP, one named entry each: what a fault or a variant replaces, nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dmp_imagerie.connectors.reference.decisions.consultation import ConsultationDecisions
from dmp_imagerie.connectors.reference.decisions.feeding import FeedingDecisions
from dmp_imagerie.connectors.reference.decisions.wire import Rewrite, WireDecisions


@dataclass(frozen=True, kw_only=True)
class Decisions(FeedingDecisions, ConsultationDecisions, WireDecisions):
    """Everything the product decides. The defaults are the honest ones."""

    def changed(self, replaced: Mapping[str, Any], rewrites: Iterable[Rewrite] = ()) -> "Decisions":
        """Return these decisions with those of ``replaced`` in their place, and ``rewrites`` after those there are."""
        return replace(self, **replaced, rewrites=(*self.rewrites, *rewrites))


HONEST = Decisions()
