"""The guided session in a notebook: one instruction at a time, in JupyterLab or served by voila.

Promises a page that fetches nothing, decides nothing and holds nothing: it shows the screens of a session that runs in
a process of its own (``child``), and says back what is clicked and typed.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import msgspec

from dmp_imagerie.catalogue.translation import translate
from dmp_imagerie.runner.guided.child import ChildSession
from dmp_imagerie.runner.guided.english import screen_in
from dmp_imagerie.runner.guided.form import AnswerForm, button, html
from dmp_imagerie.runner.guided.page_settings import PageSettings, page_settings
from dmp_imagerie.runner.guided.screens import (
    AnyReply,
    AnyScreen,
    Asked,
    Closing,
    Correct,
    Failed,
    Finish,
    GoOn,
    Opening,
    Over,
    Pause,
    Received,
    Restart,
    Reviewed,
    Skip,
    Stop,
    Take,
    Tick,
)
from dmp_imagerie.runner.guided.sitting import resumable
from dmp_imagerie.runner.guided.words import as_json, fragment, style


def show_page(words: Sequence[str] = ()) -> Any:
    """Return the page to show in a cell; ``words`` are options of ``dmp-imagerie guide``.

    Raises RuntimeError outside a notebook: there is no loop to bring the page up to date.
    """
    settings = page_settings()
    return GuidedPage(msgspec.structs.replace(settings, words=(*settings.words, *words))).widget


class GuidedPage:
    """The widgets of the page, brought up to date by the session's screens."""

    def __init__(self, settings: PageSettings) -> None:
        self._settings = settings
        self._lang = settings.lang
        self._loop = asyncio.get_running_loop()
        self._session: ChildSession | None = None
        self._out = Path(settings.folder)
        self._waiting = False
        self._left = widgets.VBox([], layout={"padding": "0 28px 0 0"})
        self._clock, self._live, self._problems = html(), html(), html()
        self._pause = widgets.HBox([])
        self._right = widgets.VBox([self._clock, self._pause, self._live])
        self.widget = widgets.VBox([html(f"<style>{style()}</style>"), widgets.HBox([self._left, self._right])])
        self.widget.add_class("seance-page")
        self._show_start()

    # --- Before the session -----------------------------------------------------------------------------------------

    def _show_start(self) -> None:
        folder = Path(self._settings.folder) / "runs"
        known = sorted((path for path in folder.glob("*") if resumable(path)), reverse=True)
        which = widgets.Dropdown(
            options=[self._said("Nouvelle séance"), *(path.name for path in known)], description=self._said("Séance")
        )
        texts = {
            "product": widgets.Text(description=self._said("Logiciel")),
            "version": widgets.Text(description=self._said("Version")),
            "vendor": widgets.Text(description=self._said("Éditeur")),
        }
        rules = widgets.Text(
            description=self._said("Règles"), placeholder=self._said("toutes, ou par exemple DMP-INS-01, DMP-AUT-01")
        )

        def begin() -> None:
            if which.index > 0:
                self._start(["--resume", str(folder / which.value)])
                return
            said = [("--option", f"{key}={text.value.strip()}") for key, text in texts.items() if text.value.strip()]
            wanted = [("--rules", rules.value.strip())] if rules.value.strip() else []
            self._start([*self._settings.words, *(word for pair in (*said, *wanted) for word in pair)])

        fields: list[Any] = [which, *texts.values()]
        if "--rules" not in self._settings.words:
            fields.append(rules)
        for field in fields:
            field.add_class("seance-field")
        resuming = "--resume" in self._settings.words
        self._fill(
            html(self._fragment("start", str(folder), " ".join(self._settings.words))),
            *([] if resuming else fields),
            self._button(
                "Commencer", (lambda: self._start([])) if resuming else begin, primary=True, name="seance-begin"
            ),
        )

    def _start(self, words: list[str]) -> None:
        if self._session is not None:
            self._session.close()
        self._waiting = False
        self._fill(html(self._fragment("waiting")))
        words = words or list(self._settings.words)
        self._session = ChildSession(words, Path(self._settings.folder), self._receive)

    # --- Screens ----------------------------------------------------------------------------------------------------

    def _receive(self, screen: AnyScreen) -> None:
        """Show ``screen`` from the kernel's own thread, the only one that may touch widgets."""
        with suppress(RuntimeError):  # the kernel is closing
            self._loop.call_soon_threadsafe(self._show, screen)

    def _show(self, screen: AnyScreen) -> None:
        screen = screen_in(self._lang, screen)
        self._waiting = self._waiting and isinstance(screen, Tick)
        match screen:
            case Tick():
                self._set_clock(screen.remaining_s, paused=screen.paused)
                self._set_live(screen.received, waiting=True)
            case Opening():
                self._show_opening(screen)
            case Asked():
                self._show_asked(screen)
            case Reviewed():
                self._show_reviewed(screen)
            case Closing():
                self._show_closing(screen)
            case Over():
                self._show_over(screen)
            case Failed():
                again = self._button("Autre séance, ou reprise", self._show_start, name="seance-again")
                self._fill(html(self._fragment("failed", screen)), again)

    def _show_opening(self, screen: Opening) -> None:
        self._out = Path(self._settings.folder) / screen.out
        json = as_json({"screen": "opening", "surroundings": screen.surroundings})
        go = self._button(
            "Le logiciel est réglé : commencer", lambda: self._say(GoOn()), primary=True, name="seance-go"
        )
        self._fill(html(self._fragment("opening", screen, json)), go)

    def _show_asked(self, screen: Asked) -> None:
        form = AnswerForm(screen.instruction, screen.before, self._out / "captures", self._said)

        def send() -> None:
            answer = form.answer()
            if answer is None:
                self._problems.value = self._fragment("problems", [self._said("choisissez d'abord une réponse")])
            else:
                self._say(answer)

        self._problems.value = self._fragment("problems", screen.problems)
        json = as_json({"screen": "asked", "step": [screen.where.key, screen.where.step], "instruction": screen.instruction})  # fmt: skip  # noqa: E501
        self._fill(
            html(self._fragment("asked", screen, json)),
            form.widget,
            self._problems,
            self._button("Enregistrer ma réponse", send, primary=True, name="seance-send"),
            self._leaving(),
            beside=True,
        )
        self._set_clock(screen.deadline_s, paused=screen.paused)
        self._set_live((), waiting=True)

    def _show_reviewed(self, screen: Reviewed) -> None:
        buttons = (
            self._button("C'est exact : continuer", lambda: self._say(Take()), primary=True, name="seance-take"),
            self._button("Corriger ma réponse", lambda: self._say(Correct()), name="seance-correct"),
        )
        self._fill(html(self._fragment("reviewed", screen)), widgets.HBox(buttons), self._leaving(), beside=True)
        self._set_live(screen.received, waiting=False)

    def _show_closing(self, screen: Closing) -> None:
        which = widgets.Dropdown(
            options=[(f"{played.rule} · {played.title}", played.key) for played in screen.played],
            value=None,
            layout={"width": "100%"},
        )
        why = widgets.Text(placeholder=self._said("Raison (sera au rapport)"), layout={"width": "60%"})

        def again() -> None:
            if which.value is not None:
                self._say(Restart(scenario=which.value, reason=why.value))

        self._fill(
            html(self._fragment("closing", screen)),
            self._button(
                "Terminer et écrire le rapport", lambda: self._say(Finish()), primary=True, name="seance-finish"
            ),
            html(self._fragment("heading", "Rejouer un scénario")),
            which,
            widgets.HBox([why, self._button("Rejouer", again, name="seance-replay")]),
        )

    def _show_over(self, screen: Over) -> None:
        page = Path(screen.files["html"]) if "html" in screen.files else None
        shown = html()

        def read() -> None:
            if page is not None:
                shown.value = self._fragment("report", page.read_text(encoding="utf-8"))

        more = [self._button("Voir le rapport", read, primary=True, name="seance-report"), shown] if page else []
        again = self._button("Autre séance, ou reprise", self._show_start, name="seance-again")
        self._fill(html(self._fragment("over", screen)), *more, again)

    # --- Words ------------------------------------------------------------------------------------------------------

    def _said(self, french: str) -> str:
        return translate(french, self._lang)

    def _fragment(self, name: str, *values: Any) -> str:
        return fragment(self._lang, name, *values)

    def _button(self, label: str, act: Callable[[], None], *, primary: bool = False, name: str = "") -> Any:
        return button(self._said(label), act, primary=primary, name=name)

    # --- Parts ------------------------------------------------------------------------------------------------------

    def _leaving(self) -> Any:
        why = widgets.Text(placeholder=self._said("Raison (sera au rapport)"), layout={"width": "calc(100% - 6px)"})
        buttons = widgets.HBox(
            [
                self._button(
                    "Recommencer ce scénario", lambda: self._say(Restart(reason=why.value)), name="seance-restart"
                ),
                self._button("Passer ce scénario", lambda: self._say(Skip(reason=why.value)), name="seance-skip"),
                self._button("Arrêter (se reprend plus tard)", lambda: self._say(Stop()), name="seance-stop"),
            ]
        )
        heading = html(self._fragment("heading", "Autres gestes"))
        return widgets.VBox([heading, why, buttons], layout={"margin": "18px 0 0"})

    def _fill(self, *parts: Any, beside: bool = False) -> None:
        """Put ``parts`` on the page in place of what was there; the clock and the live view start empty, ``beside``."""
        self._left.layout.width, self._right.layout.width = ("68%", "32%") if beside else ("100%", "0")
        self._clock.value = self._live.value = ""
        self._pause.children = ()
        self._left.children = parts

    def _set_clock(self, remaining_s: float | None, *, paused: bool) -> None:
        self._clock.value = self._fragment("clock", remaining_s, paused)
        if remaining_s is None:
            return
        told: AnyReply = GoOn() if paused else Pause()
        label = "Reprendre le temps" if paused else "Pause"
        if not self._pause.children or self._pause.children[0].description != self._said(label):
            self._pause.children = (self._button(label, lambda: self._say(told), name="seance-pause"),)

    def _set_live(self, received: tuple[Received, ...], *, waiting: bool) -> None:
        self._live.value = self._fragment("live", received, waiting)

    def _say(self, reply: AnyReply) -> None:
        """Tell the session, once a screen: a second click must not answer what is not on screen yet."""
        if self._session is None or self._waiting:
            return
        self._waiting = not isinstance(reply, Pause | GoOn)
        self._session.send(reply)
