"""What a renderer says when it cannot do its work: one exception, whose message is meant to be read by a person."""


class ReportError(Exception):
    """A report could not be read or rendered. The message is in French: what, where, what to do."""
