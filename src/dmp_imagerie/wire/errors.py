"""What can be wrong with bytes received: one exception, readable by the person who has to mend them."""


class WireError(ValueError):
    """Bytes that cannot be read as the format they claim to be.

    Attributes:
        code: stable machine word, lower case with dashes (``"doctype-refuse"``, ``"mime-sans-fin"`` …).
        where: place in the message (XPath, part, segment and field, byte offset), or ``""``.
    The text (``str``) is one French sentence that says what is wrong and, where it helps, what to do.
    """

    def __init__(self, code: str, message: str, where: str = "") -> None:
        super().__init__(message if not where else f"{message} ({where})")
        self.code = code
        self.where = where
