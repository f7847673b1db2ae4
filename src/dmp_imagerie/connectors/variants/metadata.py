"""Metadata that say the same thing otherwise. Source: what the DMP was seen to take from real connectors."""

from msgspec.structs import replace

from dmp_imagerie.connectors.variants.variant import Variant

VARIANTS = (
    Variant(
        name="hachage-en-majuscules",
        doc="Écrit le hachage SHA-1 en majuscules.",
        decisions={"entry_sent": lambda entry: replace(entry, hash=entry.hash.upper())},
    ),
    Variant(
        name="sans-hachage-ni-taille",
        doc="N'annonce ni le hachage ni la taille du document.",
        decisions={"entry_sent": lambda entry: replace(entry, hash="", size=None)},
    ),
)
