"""What the simulated DMP needs of whoever records: a protocol, so that the endpoint never knows the journal."""

from typing import Any, Protocol


class Recorder(Protocol):
    """Receives bodies and events. Implementations are thread-safe: the server records from several threads."""

    def piece(self, content: bytes) -> str:
        """Keep ``content`` and return its SHA-256 in hexadecimal ("" for empty content)."""
        ...

    def record(self, kind: type[Any], /, **fields: Any) -> Any:
        """Append one event of class ``kind`` (see model.events); ``seq``, ``wall`` and ``at`` are filled in."""
        ...
