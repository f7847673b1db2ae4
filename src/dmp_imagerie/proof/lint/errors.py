"""What keeps the lint from reading: the fault of the command or of a file, never a finding."""


class LintError(Exception):
    """Something the lint was given cannot be read; one line each, with its path and what to do."""
