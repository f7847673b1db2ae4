"""Other ways to behave rightly, as data: what real products write otherwise and the DMP takes all the same.

Promises the self-test products that must not be accused: a check that reddens one of them mistakes a habit for a rule.
"""

from collections.abc import Mapping

from dmp_imagerie.connectors.variants import behaviour, envelope, hl7, metadata, mime, vihf
from dmp_imagerie.connectors.variants.variant import Variant

__all__ = ["VARIANTS", "Variant"]

VARIANTS: Mapping[str, Variant] = {
    variant.name: variant
    for chapter in (behaviour, envelope, metadata, mime, vihf, hl7)
    for variant in chapter.VARIANTS
}
