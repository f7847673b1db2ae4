"""What a renderer says when it cannot do its work: one exception, whose message is meant to be read by a person."""


class ReportError(Exception):
    """A report could not be read or rendered. The message is in French: what, where, what to do."""


class UnknownFormatError(ReportError):
    """A format was asked for that the kit does not know: the command is wrong, not the kit."""
