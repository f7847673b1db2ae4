"""The child's side of the protocol: put a Python connector behind its standard input and output.

``python -m dmp_imagerie.connectors.serve SPEC`` serves the connector that ``SPEC`` names (see the registry). Whatever
the connector prints goes to standard error, so that a stray ``print`` never breaks the protocol.
"""

import os
import sys
from typing import BinaryIO

import msgspec

from dmp_imagerie.connectors.contract import Connector, DriverError
from dmp_imagerie.connectors.protocol import AnyRequest, Call, Describe, Reply, Start, Stop, decode_request, encode_line


def serve(connector: Connector, stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Answer the requests of ``stdin`` on ``stdout`` until ``stop`` or the end of input; the connector is stopped.

    A line that is no request is answered with ``error`` and id 0. A connector that exits (SystemExit) exits for good.
    """
    try:
        for line in stdin:
            try:
                request = decode_request(line)
            except msgspec.DecodeError as error:
                reply = Reply(id=0, error=f"requête hors contrat : {error}")
            else:
                if isinstance(request, Stop):
                    connector.stop()
                    _send(stdout, Reply(id=request.id))
                    return
                reply = reply_to(connector, request)
            _send(stdout, reply)
    finally:
        connector.stop()


def _send(stdout: BinaryIO, reply: Reply) -> None:
    stdout.write(encode_line(reply))
    stdout.flush()


def reply_to(connector: Connector, request: AnyRequest) -> Reply:
    """Return what ``connector`` answers to ``request``, ``stop`` aside; a SystemExit of its own is raised again."""
    try:
        match request:
            case Describe():
                return Reply(id=request.id, description=connector.describe())
            case Start():
                connector.start(request.surroundings)
            case Call():
                return Reply(id=request.id, outcome=connector.call(request.verb, request.deadline_s))
    except DriverError as error:
        if isinstance(error.__cause__, SystemExit):
            raise error.__cause__ from error
        return Reply(id=request.id, error=str(error))
    return Reply(id=request.id)


def main(arguments: list[str]) -> int:
    """Serve the connector named by the only argument; return the exit code of the process (2: usage)."""
    from dmp_imagerie.connectors.registry import connect

    if len(arguments) != 1:
        sys.stderr.write("usage : python -m dmp_imagerie.connectors.serve CONNECTEUR\n")
        return 2
    try:
        connector = connect(arguments[0])
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)  # whatever is written on descriptor 1 from now on, even by a C library, goes to stderr
        sys.stdout = sys.stderr
        serve(connector, sys.stdin.buffer, replies)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
