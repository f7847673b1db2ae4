"""What a self-test plays: the reference, the null connectors, every defect, every variant and seeded mixtures."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dmp_imagerie.connectors.altered import ALTERATIONS, altered
from dmp_imagerie.connectors.faults import FAULTS, Fault
from dmp_imagerie.connectors.faults.control import CONTROL
from dmp_imagerie.connectors.nulls import NULLS
from dmp_imagerie.connectors.variants import VARIANTS
from dmp_imagerie.endpoint.lapses import LAPSES
from dmp_imagerie.judge.selftest import Kind
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.runner.misdeclarations import MISDECLARATIONS

REFERENCE = "reference"
PLATFORM, DECLARATION = "plateforme", "déclaration"
"""Families of the defects that are not the product's."""
PACK, LARGEST = 10, 5
"""Variants put together in one product at most: without a defect, with one."""
REFUSED = "refuse"
"""Expected of a defect that keeps the run from beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing to play.

    Attributes:
        name: unique; for a product, what one types after ``--connector``.
        kind: what it is to the self-test.
        parts: the faults and variants, the lapse or the misdeclaration it is made of.
        connector: the product played.
        lapses, misdeclarations: defects of the platform and of the declarations.
        declared: whether the centre declares what no machine sees.
        breaks, also, shown_in, family, doc, seen_in: those of the defect.
        expected: the verdict that shows the defect was seen, or REFUSED.
        rewrites: whether all that it does otherwise is to rewrite requests already written and signed, so that a
            recording can be changed in its place.
        whole: whether it must be played on the whole suite.
        wide: whether it must be played, on a rule of every chapter: the first defect of its family.
        slow: whether it makes the bench wait: played first.
    """

    name: str
    kind: Kind
    parts: tuple[str, ...] = ()
    connector: str = REFERENCE
    lapses: tuple[str, ...] = ()
    misdeclarations: tuple[str, ...] = ()
    declared: bool = True
    breaks: str = ""
    also: tuple[str, ...] = ()
    shown_in: tuple[str, ...] = ()
    family: str = ""
    doc: str = ""
    seen_in: str = ""
    expected: str = Outcome.NON_CONFORME.value
    rewrites: bool = False
    whole: bool = False
    wide: bool = False
    slow: bool = False

    @property
    def fault(self) -> str:
        """The name of its defect, "" when it has none."""
        return self.parts[0] if self.breaks else ""


REFERENCE_SUBJECT = Subject(name=REFERENCE, kind=Kind.REFERENCE, whole=True)


def every_subject(seed: int, mixtures: int) -> tuple[Subject, ...]:
    """Return everything there is to play, the reference first.

    ``seed`` deals the variants into packs, and draws ``mixtures`` products that have one fault among variants.
    """
    draw = random.Random(seed)  # noqa: S311 - a choice of samples, not a secret
    return (
        REFERENCE_SUBJECT,
        replace(_faulty(CONTROL, Kind.CONTROL), whole=True),
        *(_null(name) for name in NULLS),
        *_faults(),
        *_lapses(),
        *_misdeclarations(),
        *(_variant((name,), Kind.VARIANT) for name in VARIANTS),
        *(replace(_variant(names, Kind.VARIANTS), whole=True) for names in _packs(draw)),
        *_faults_among_variants(draw, mixtures),
    )


def alone(variant: str) -> Subject:
    """Return one variant, to be played on the whole suite: what a pack that is accused is taken apart into."""
    return replace(_variant((variant,), Kind.VARIANT), whole=True)


def _null(name: str) -> Subject:
    spec = f"null:{name}"
    return Subject(name=spec, connector=spec, kind=Kind.NULL, declared=False, whole=True, slow=True)


def _faults() -> Iterator[Subject]:
    """The first defect of each family is played more widely: what it reddens by accident is looked for anywhere."""
    families: set[str] = set()
    for fault in FAULTS.values():
        yield replace(_faulty(fault, Kind.FAULT), wide=fault.family not in families)
        families.add(fault.family)


def _faulty(fault: Fault, kind: Kind, *, among: Sequence[str] = ()) -> Subject:
    spec = "+".join((f"faulty:{fault.name}", *among))
    return Subject(
        name=spec,
        connector=spec,
        kind=kind,
        parts=(fault.name, *among),
        breaks=fault.breaks,
        also=fault.also,
        shown_in=fault.shown_in,
        family=fault.family.value,
        doc=fault.doc,
        seen_in=fault.seen_in,
        rewrites=bool(fault.rewrites) and not fault.decisions and not among,
        slow=any(VARIANTS[name].options for name in among),
    )


def _lapses() -> Iterator[Subject]:
    for lapse in LAPSES.values():
        yield Subject(
            name=f"plateforme:{lapse.name}",
            kind=Kind.FAULT,
            parts=(lapse.name,),
            lapses=(lapse.name,),
            breaks=lapse.breaks,
            also=lapse.also,
            family=PLATFORM,
            doc=lapse.doc,
        )


def _misdeclarations() -> Iterator[Subject]:
    for one in MISDECLARATIONS.values():
        yield Subject(
            name=f"declaration:{one.name}",
            kind=Kind.FAULT,
            parts=(one.name,),
            misdeclarations=(one.name,),
            breaks=one.breaks,
            family=DECLARATION,
            doc=one.doc,
            expected=one.found.value if one.found else REFUSED,
        )


def _variant(names: Sequence[str], kind: Kind) -> Subject:
    spec = f"variant:{'+'.join(names)}"
    found = [VARIANTS[name] for name in names]
    return Subject(
        name=spec,
        connector=spec,
        kind=kind,
        parts=tuple(names),
        doc=" ".join(variant.doc for variant in found),
        rewrites=len(names) == 1 and all(v.rewrites and not (v.decisions or v.options) for v in found),
        slow=any(variant.options for variant in found),
    )


def _packs(draw: random.Random) -> Iterator[tuple[str, ...]]:
    """Deal every variant, shuffled, into packs whose variants go together."""
    left = draw.sample(tuple(VARIANTS), k=len(VARIANTS))
    while left:
        pack = tuple(_compatible((), left))[:PACK]
        left = [name for name in left if name not in pack]
        if len(pack) > 1:
            yield pack


def _faults_among_variants(draw: random.Random, count: int) -> Iterator[Subject]:
    for fault in draw.sample(tuple(FAULTS.values()), k=min(count, len(FAULTS))):
        wanted = draw.sample(tuple(VARIANTS), k=min(draw.randint(1, LARGEST), len(VARIANTS)))
        if names := tuple(_compatible((fault.name,), wanted)):
            yield _faulty(fault, Kind.FAULT_AMONG_VARIANTS, among=names)


def _compatible(beside: Sequence[str], wanted: Iterable[str]) -> Iterator[str]:
    """Keep, in order, the variants that contradict none of those kept before, and show on the same route."""
    kept = list(beside)
    for name in wanted:
        if any(_route(other) != _route(name) for other in kept):
            continue
        try:
            altered((*kept, name))
        except ValueError:
            continue
        kept.append(name)
        yield name


def _route(name: str) -> str:
    """The route that a fault or a variant is played on, "" when it shows on any."""
    return str(ALTERATIONS[name].options.get("route", ""))
