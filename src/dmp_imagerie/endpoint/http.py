"""HTTP as plain values: what the simulated DMP receives and answers, whatever carries it (respx, HTTPS, a replay)."""

from dmp_imagerie.model.events import Tls
from dmp_imagerie.model.plain import Plain


class Request(Plain):
    """One request. ``path`` starts with "/" and may hold a query; ``tls`` is None when nothing encrypted it.

    ``relayed`` is the control id of the HL7 message that the simulated platform sends it for, "" when a product does.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    tls: Tls | None = None
    relayed: str = ""

    def header(self, name: str) -> str:
        """Value of the first header of that name, in any case; "" when there is none."""
        wanted = name.lower()
        return next((value for label, value in self.headers if label.lower() == wanted), "")


class Response(Plain):
    """One answer. ``headers`` say the media type; the transport adds the length and what the connection needs."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
