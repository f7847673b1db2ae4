"""Un faux produit alimenté en HL7v2, en Python nu (3.9 ou plus récent), pour essayer avant d'y mettre le vôtre.

    python recepteur.py          écoute en MLLP à mllp://127.0.0.1:2575   (--connector hl7v2:mllp://127.0.0.1:2575)
    python recepteur.py 2576     idem, à un autre port

Il acquitte tout message par AA et ne dépose rien au DMP : rien ne peut donc y être vert. Il n'y a rien à y remplir,
votre produit prendra sa place.
"""

import socketserver
import sys
import time

START, END = b"\x0b", b"\x1c\r"  # ce qui entoure un message en MLLP


class Conversation(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        received = b""
        while block := self.request.recv(65536):
            *messages, received = (received + block).split(END)
            for message in messages:
                self.request.sendall(START + acknowledgement(message.lstrip(START)) + END)


def acknowledgement(message: bytes) -> bytes:
    """L'accusé d'un message : AA, et MSA-2 qui reprend MSH-10. Expéditeur et destinataire échangent leurs places."""
    header = message.split(b"\r", 1)[0]
    separator = header[3:4].decode()
    msh = header.decode("latin-1").split(separator)  # MSH-1 est le séparateur : MSH-n est à l'indice n - 1
    sender, receiver, kind, control_id, version = msh[2:4], msh[4:6], msh[8], msh[9], msh[11]
    print(f"reçu : {kind}", file=sys.stderr, flush=True)
    now = time.strftime("%Y%m%d%H%M%S+0000", time.gmtime())
    answer = ["MSH", msh[1], *receiver, *sender, now, "", "ACK", f"A{control_id}", "T", version]
    segments = [separator.join(answer), separator.join(["MSA", "AA", control_id])]
    return "".join(f"{segment}\r" for segment in segments).encode("latin-1")


if __name__ == "__main__":
    port = int(sys.argv[1]) if sys.argv[1:] else 2575
    socketserver.TCPServer.allow_reuse_address = True
    with socketserver.TCPServer(("127.0.0.1", port), Conversation) as server:
        print(f"À l'écoute : mllp://127.0.0.1:{server.server_address[1]}", file=sys.stderr, flush=True)
        server.serve_forever()
