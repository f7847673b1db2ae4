"""Products that go about it otherwise, and rightly: slower, without memory, with words of their own."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from msgspec.structs import replace

from dmp_imagerie.connectors.reference.records import Trace
from dmp_imagerie.connectors.variants.variant import Variant

_FRESH = count()


def _other_words(trace: Trace) -> Trace:
    return replace(trace, what="Consentement DMP", subject=f"Séjour {trace.subject}")


def _slow(name: str, doc: str, options: Mapping[str, Any]) -> Variant:
    return Variant(name=name, doc=doc, options=options)


VARIANTS = (
    _slow("envoi-differe", "Envoie les comptes rendus un peu après leur validation.", {"outbox_delay_s": 0.03}),
    _slow("sans-fin-d-envoi", "Ne sait pas dire que ses envois sont finis.", {"offers_settle": False}),
    Variant(
        name="sans-copie",
        doc="Redemande au DMP chaque document ouvert, sans rien garder.",
        decisions={"cache_key": lambda user, _patient: (user.ps_id, f"essai {next(_FRESH)}")},
    ),
    Variant(
        name="traces-autrement-dites",
        doc="Trace l'accord avec ses propres mots.",
        decisions={"consent_trace": _other_words},
    ),
)
