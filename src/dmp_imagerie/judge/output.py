"""The base of what a run or a self-test writes for others to read."""

from dmp_imagerie.model.plain import Plain


class Output(Plain, omit_defaults=False):
    """Base of the output: every field is written, so that readers need not know our defaults."""
