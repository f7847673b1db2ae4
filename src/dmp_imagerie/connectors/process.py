"""Drive a connector that is another program, over its standard input and output (see ``protocol``).

Promises the runner that no child can hang it, flood its memory or outlive it: every accident is a DriverError, in
French, that the connector's author can act on; after an accident or ``stop`` the child and its children are gone.
A descendant that puts itself in a session of its own is ended after an accident where the system shows it (``/proc``);
after a ``stop`` it is the connector's own to end, and ``doctor`` names it.
"""

import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from dmp_imagerie.connectors.contract import DriverError
from dmp_imagerie.connectors.descendants import bearing
from dmp_imagerie.connectors.protocol import AnyRequest, Stop, encode_line
from dmp_imagerie.connectors.remote import MAX_REPLY, RemoteConnector, require_positive, shown

_STDERR_KEPT = 4096  # bytes of the end of standard error kept for the explanation
_BLOCK = 65536
_CALLED = 80  # characters of the command line in messages
_STOP_GRACE_S = 2.0
_EXIT_GRACE_S = 1.0
_MARK = "DMP_IMAGERIE_PILOTE"  # environment variable that what the child starts inherits
_NOWHERE = "http://127.0.0.1:9"  # the discard port: any proxied connection is refused

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _CREATION_FLAGS = 0


class ProcessConnector(RemoteConnector):
    """A connector run as a child process, one JSON line a request and a reply.

    Args:
        command: the program and its arguments; it is started at the first request.
        start_timeout_s: time given to the child to describe itself, then to get ready.
        max_line: longest reply accepted, in bytes.
    """

    driver: str = "process"
    not_json_hint: str = (
        " Une réponse tient sur une ligne, et la sortie standard est réservée au protocole : écrivez le reste sur "
        "l'erreur standard."
    )

    def __init__(self, command: Sequence[str], *, start_timeout_s: float = 30.0, max_line: int = MAX_REPLY) -> None:
        if not command:
            raise ValueError("La ligne de commande du connecteur est vide.")
        require_positive(max_line=max_line)
        super().__init__(_called(command), start_timeout_s)
        self._command = tuple(command)
        self._max_line = max_line
        self._child: _Child | None = None

    def _carry(self, request: AnyRequest, what: str, timeout_s: float) -> bytes:
        if self._child is None:
            self._child = _Child(self._command, self._max_line)
        self._child.send(encode_line(request))
        return self._line(self._child, what, timeout_s)

    def _let_go(self, last: Stop | None) -> None:
        """End the child with all its children; asked to stop, it is given two seconds before."""
        child, self._child = self._child, None
        if child is None:
            return
        if last is not None:
            child.send(encode_line(last))
            child.await_end(_STOP_GRACE_S)
        child.kill(everywhere=last is None)

    def _line(self, child: "_Child", what: str, timeout_s: float) -> bytes:
        try:
            line = child.lines.get(timeout=timeout_s)
        except queue.Empty:
            raise self._fault(
                f"« {what} » : aucune réponse en {timeout_s:g} s (délai dépassé). {child.silence()}{child.last_words()}"
            ) from None
        if not line:
            raise self._fault(f"« {what} » : pas de réponse, {child.ending()}.{child.last_words()}")
        if len(line) > self._max_line + 1:
            raise self._fault(
                f"« {what} » : réponse de plus de {self._max_line} octets sur une ligne : réduisez-la, ou allongez "
                f"la limite par « --option max_line=OCTETS ». Reçu : {shown(line)}"
            )
        if not line.endswith(b"\n"):
            raise self._fault(
                f"« {what} » : la réponse s'interrompt sans fin de ligne, {child.ending()}. Reçu : {shown(line)}."
                f"{child.last_words()}"
            )
        return line


class _Child:
    """The child process and the three threads that keep its pipes from ever blocking the kit.

    ``lines`` receives each line read, b"" at the end of output; a line without its line feed is too long or cut.
    The queue holds one line: a child that floods its output is blocked by its own pipe.
    """

    def __init__(self, command: tuple[str, ...], max_line: int) -> None:
        self.lines: queue.Queue[bytes] = queue.Queue(maxsize=1)
        self._mark = secrets.token_hex(8)
        self._process = _launch(command, self._mark)
        self._pipes: tuple[IO[bytes], ...] = tuple(
            pipe for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe is not None
        )
        stdin, stdout, stderr = self._pipes
        self._to_send: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._words = self._begun = b""
        self._closed = threading.Event()
        self._threads = (
            threading.Thread(target=self._write, args=(stdin,), daemon=True),
            threading.Thread(target=self._read, args=(stdout, max_line), daemon=True),
            threading.Thread(target=self._listen, args=(stderr,), daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def send(self, line: bytes) -> None:
        """Write ``line`` when the child reads it; never blocks."""
        self._to_send.put(line)

    def await_end(self, grace_s: float) -> None:
        """Wait until the child has exited, ``grace_s`` at most."""
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            return

    def ending(self) -> str:
        """Say how the child ended, once its output is closed."""
        try:
            code = self._process.wait(_EXIT_GRACE_S)
        except subprocess.TimeoutExpired:
            return "il a fermé sa sortie standard sans s'arrêter"
        return f"il s'est arrêté (code {code})" if code >= 0 else f"il a été tué par le signal {-code}"

    def silence(self) -> str:
        """Say what may be behind the lack of an answer."""
        alive = self._process.poll() is None
        if alive and self._begun:
            begun = shown(self._begun)
            return f"Il a commencé une ligne sans l'achever : finissez-la par une fin de ligne. Reçu : {begun}."
        if alive:
            return "Vérifiez que le connecteur écrit une ligne puis vide son tampon (flush)."
        return f"En fait {self.ending()} ; un programme qu'il a lancé garde sa sortie standard ouverte."

    def last_words(self) -> str:
        """Return the end of the child's standard error, as a sentence to append, or nothing."""
        self._threads[2].join(0.2)
        text = self._words.decode("utf-8", "replace").strip()
        return f" Fin de l'erreur standard :\n{text}" if text else " Rien sur l'erreur standard."

    def kill(self, *, everywhere: bool) -> None:
        """End the child and its children, then let go of the pipes and the threads; never raises.

        ``everywhere``: those that moved to a session of their own too.
        """
        _kill_tree(self._process)
        if everywhere:
            _kill_marked(self._mark)
        self._closed.set()
        self._to_send.put(b"")
        for thread, pipe in zip(self._threads, self._pipes, strict=True):
            thread.join(_EXIT_GRACE_S)
            if not thread.is_alive():  # closing a pipe that an escaped descendant keeps open would block
                _close(pipe)

    def _write(self, pipe: IO[bytes]) -> None:
        while line := self._to_send.get():
            try:
                pipe.write(line)
                pipe.flush()
            except OSError:
                return  # the child is gone: the reader says how

    def _read(self, pipe: IO[bytes], max_line: int) -> None:
        held, looked = bytearray(), 0
        while not self._closed.is_set() and len(held) <= max_line + 1 and (block := os.read(pipe.fileno(), _BLOCK)):
            held += block
            while (end := held.find(b"\n", looked)) >= 0:
                self._offer(bytes(held[: end + 1]))
                del held[: end + 1]
                looked = 0
            looked, self._begun = len(held), bytes(held[:_STDERR_KEPT])
        if held:
            self._offer(bytes(held))
        self._offer(b"")

    def _offer(self, line: bytes) -> None:
        """Hand ``line`` over, or drop it once nobody reads any more."""
        while not self._closed.is_set():
            try:
                return self.lines.put(line, timeout=0.1)
            except queue.Full:
                continue
        return None

    def _listen(self, pipe: IO[bytes]) -> None:
        while chunk := os.read(pipe.fileno(), _BLOCK):
            self._words = (self._words + chunk)[-_STDERR_KEPT:]


def _called(command: Sequence[str]) -> str:
    """The command as messages name it: the program without its folder, which would push its arguments out of sight."""
    line = " ".join((Path(command[0]).name, *command[1:]))
    return line if len(line) <= _CALLED else f"{line[:_CALLED]}…"


def _launch(command: tuple[str, ...], mark: str) -> subprocess.Popen[bytes]:
    """Start the child in a group of its own, so that it can be ended with its children. Raises DriverError."""
    try:
        return subprocess.Popen(  # noqa: S603 - the user names the program to run
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment() | {_MARK: mark},
            creationflags=_CREATION_FLAGS,
            start_new_session=sys.platform != "win32",
        )
    except FileNotFoundError:
        if shutil.which(command[0]):
            raise DriverError(
                f"« {command[0]} » existe, mais pas le programme que nomme sa première ligne (#!) : installez-le."
            ) from None
        raise DriverError(
            f"Programme introuvable : « {command[0]} ». Donnez son chemin complet, ou vérifiez le PATH."
        ) from None
    except PermissionError:
        raise DriverError(f"« {command[0]} » n'est pas exécutable : vérifiez ses droits.") from None
    except (OSError, ValueError) as error:  # the latter for a character that no command line holds
        raise DriverError(f"« {command[0]} » n'a pas pu être lancé : {error}.") from error


def _environment() -> dict[str, str]:
    """Return the kit's environment with UTF-8 forced and a proxy that refuses whatever is not this machine."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), _NOWHERE)
    forced = proxies | {"NO_PROXY": "127.0.0.1,localhost,::1"}
    lower = {name.lower(): value for name, value in forced.items()}
    return dict(os.environ) | forced | lower | {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(  # noqa: S603
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],  # noqa: S607
            capture_output=True,
            check=False,
        )
    else:
        try:
            os.killpg(process.pid, signal.SIGKILL)  # the leader may be dead already, its children not
        except (ProcessLookupError, PermissionError):
            process.kill()
    try:
        process.wait(_EXIT_GRACE_S)
    except subprocess.TimeoutExpired:
        return


def _kill_marked(mark: str) -> None:
    for folder in bearing(_MARK, mark):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(int(folder.name), signal.SIGKILL)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:
        return  # bytes that the dead child never read
