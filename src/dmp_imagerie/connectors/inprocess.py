"""The base of connectors written in Python that run inside the kit.

Write one method per verb, named after it, taking the verb and returning an Outcome (or raising RefusedError): the
description, the dispatch, the deadlines and the translation of accidents into DriverError come from here.
"""

import queue
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from dmp_imagerie.connectors.contract import (
    AnyVerb,
    Description,
    DriverError,
    Outcome,
    Status,
    Surroundings,
    verb_name,
)

ALL_VERBS: tuple[str, ...] = tuple(verb.__struct_config__.tag for verb in get_args(AnyVerb))
"""Names of the verbs of the contract, in its order."""

T = TypeVar("T")
_Answer = queue.SimpleQueue[tuple[Any, BaseException | None]]


class RefusedError(Exception):
    """The product says no to its user; the text (French) is the message it shows."""


def done(*messages: str, displayed: Iterable[Mapping[str, str]] = ()) -> Outcome:
    """The verb was done; ``messages`` and ``displayed`` rows are what the user saw."""
    return Outcome(status=Status.DONE, messages=messages, displayed=tuple(displayed))


def accepted(*messages: str) -> Outcome:
    """The verb was accepted and will be done later."""
    return Outcome(status=Status.ACCEPTED, messages=messages)


def refused(*messages: str) -> Outcome:
    """The product refused, for the reasons shown."""
    return Outcome(status=Status.REFUSED, messages=messages)


def failed(*messages: str) -> Outcome:
    """The product tried and could not."""
    return Outcome(status=Status.FAILED, messages=messages)


UNSUPPORTED = Outcome(status=Status.UNSUPPORTED)
"""The product has no way to do this."""


class MethodConnector:
    """A connector whose verbs are methods.

    ``product``, ``version``, ``vendor`` and ``profile`` describe the product; ``verb_options`` the options it knows
    of, by verb. Override ``opened`` and ``closed`` to get ready and to let go. Verbs run one at a time in a thread of
    their own: a verb that overruns its deadline leaves the connector lost, and every later call says so.
    """

    driver: str = "python"
    in_process: bool = True

    product: str = "Connecteur Python"
    version: str = "0"
    vendor: str = ""
    profile: Mapping[str, bool | int | str | tuple[str, ...]] = {}
    verb_options: Mapping[str, tuple[str, ...]] = {}
    start_timeout_s: float = 30.0
    stop_timeout_s: float = 5.0

    def __init__(self) -> None:
        self._worker: _Worker | None = None
        self._due = 0.0

    # What subclasses may override.

    def opened(self, surroundings: Surroundings) -> None:
        """Get ready to work in ``surroundings``. Called once, before any verb."""

    def closed(self) -> None:
        """Let go of files, threads and connections. Called once, if ``opened`` was."""

    def perform(self, verb: AnyVerb, /) -> Outcome:
        """Do ``verb``: by default, call the method of its name; unsupported when there is none."""
        method = getattr(self, verb_name(verb), None)
        if method is None:
            return UNSUPPORTED
        try:
            outcome = method(verb)
        except RefusedError as refusal:
            return refused(str(refusal))
        if not isinstance(outcome, Outcome):
            raise TypeError(f"« {verb_name(verb)} » doit rendre un Outcome, pas {type(outcome).__name__}")
        return outcome

    def known_verbs(self) -> tuple[str, ...]:
        """Names of the verbs this connector can do."""
        return tuple(name for name in ALL_VERBS if hasattr(self, name))

    def time_left(self) -> float:
        """Seconds left before the deadline of the verb under way, never negative."""
        return max(0.0, self._due - time.monotonic())

    # The contract.

    def describe(self) -> Description:
        verbs = {name: tuple(self.verb_options.get(name, ())) for name in self.known_verbs()}
        return Description(
            product=self.product, version=self.version, vendor=self.vendor, verbs=verbs, profile=self.profile
        )

    def start(self, surroundings: Surroundings) -> None:
        if self._worker is not None:
            raise DriverError(f"{self.product} : déjà démarré.")
        self._worker = _Worker(self.product)
        self._worker.run("start", lambda: self.opened(surroundings), self.start_timeout_s)

    def call(self, verb: AnyVerb, deadline_s: float) -> Outcome:
        if self._worker is None:
            raise DriverError(f"{self.product} : « {verb_name(verb)} » avant le démarrage (start).")
        self._due = time.monotonic() + deadline_s
        return self._worker.run(verb_name(verb), lambda: self.perform(verb), deadline_s)

    def stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end(self.closed, self.stop_timeout_s)


class _Worker:
    """One daemon thread that runs what it is given: a hung call can be left behind, even at the end of the kit."""

    def __init__(self, product: str) -> None:
        self._product = product
        self._lost = ""
        self._jobs: queue.SimpleQueue[
            tuple[Callable[[], Any], queue.SimpleQueue[tuple[Any, BaseException | None]]] | None
        ]
        self._jobs = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name=f"connecteur {product}", daemon=True)
        self._thread.start()

    def run(self, what: str, job: Callable[[], T], timeout_s: float) -> T:
        """Return the result of ``job``. Raises DriverError if it raises, overruns, or an earlier job overran."""
        if self._lost:
            raise DriverError(f"{self._product} ne répond plus depuis « {self._lost} » : appel abandonné.")
        answer: _Answer = queue.SimpleQueue()
        self._jobs.put((job, answer))
        try:
            result, error = answer.get(timeout=timeout_s)
        except queue.Empty:
            self._lost = what
            raise DriverError(
                f"{self._product} n'a pas répondu à « {what} » en {timeout_s:g} s : "
                "vérifiez ce que le connecteur attend, ou allongez le délai."
            ) from None
        if error is None:
            return result  # type: ignore[no-any-return]
        if isinstance(error, DriverError):
            raise error
        raise DriverError(f"{self._product}, « {what} » : {_explain(error)}") from error

    def end(self, close: Callable[[], None], timeout_s: float) -> None:
        """Run ``close`` then end the thread; whatever goes wrong is left behind."""
        try:
            self.run("stop", close, timeout_s)
        except DriverError:
            return
        finally:
            self._jobs.put(None)
        self._thread.join(timeout_s)

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, answer = job
            try:
                answer.put((work(), None))
            except BaseException as error:  # noqa: BLE001 - handed to the caller, SystemExit included
                answer.put((None, error))


def _explain(error: BaseException) -> str:
    """Name the exception and the line it came from: what its author needs to find it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, ligne {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__} : {error}{place}"
