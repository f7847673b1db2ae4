"""What can be wrong with a self-test that is not the suite's: what was asked, or the processes that did it."""


class SelftestError(Exception):
    """The self-test itself could not be run; the text (French) says what to do."""


class ChoiceError(ValueError):
    """A name that is neither a defect, nor a variant, nor a rule with a defect; the text (French) says so."""


class BaselineError(ValueError):
    """A baseline that cannot be read; the text (French) says which and why."""
