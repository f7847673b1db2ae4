"""The answer to one instruction as widgets: what to tick, to type and to join, nothing answered by default."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from dmp_imagerie.connectors.operator.instruction import ADDRESS, INSTANT, Answer, Column, Instruction

_PLACEHOLDERS = {INSTANT: "jj/mm/aaaa hh:mm", ADDRESS: "https://…"}
_WIDE = {"width": "calc(100% - 6px)"}


class AnswerForm:
    """The widgets of one answer; ``before`` fills them with the answer to correct.

    ``captures`` is the folder where a screenshot that was joined is put; ``said`` puts French in the reader's language.
    """

    def __init__(
        self, instruction: Instruction, before: Answer | None, captures: Path, said: Callable[[str], str]
    ) -> None:
        self._said = said
        self._instruction = instruction
        self._captures = captures
        self._kept_screenshot = before.screenshot if before else ""
        self._choice = widgets.RadioButtons(
            options=[(choice.label, choice.status) for choice in instruction.choices],
            value=before.status if before else None,
            layout=_WIDE,
        )
        self._messages = _area(
            said("Recopiez-les mot pour mot, un par ligne"), "\n".join(before.messages) if before else ""
        )
        self._comment = _area(said("Facultatif"), before.comment if before else "", rows=2)
        self._screenshot = widgets.FileUpload(
            accept="image/*,.pdf", multiple=False, description=said("Joindre"), layout={"width": "160px"}
        )
        self._documents = {
            document.unique_id: widgets.ToggleButtons(
                options=[(said("montré"), True), (said("non montré"), False)],
                value=before.documents.get(document.unique_id) if before else None,
            )
            for document in instruction.documents
        }
        self._rows = _Rows(instruction.columns, before, said)
        self._nothing = widgets.Checkbox(
            description=said("Rien n'est affiché"), value=bool(before and before.nothing), indent=False
        )
        self.widget = widgets.VBox(list(self._sections()), layout=_WIDE)

    def answer(self) -> Answer | None:
        """Return the answer as it stands, None while no choice is made."""
        if self._choice.value is None:
            return None
        return Answer(
            status=self._choice.value,
            messages=tuple(line for line in self._messages.value.splitlines() if line.strip()),
            rows=self._rows.values(),
            documents={key: asked.value for key, asked in self._documents.items() if asked.value is not None},
            nothing=self._nothing.value,
            screenshot=self._joined(),
            comment=self._comment.value,
        )

    def _sections(self) -> Any:
        yield self._heading("Votre réponse")
        yield _named(self._choice, "seance-choice")
        if self._instruction.columns:
            yield self._heading("Ce que le logiciel affiche")
        for document in self._instruction.documents:
            deposited = datetime.fromisoformat(document.submitted_at).astimezone()
            when = self._said(f"déposé le {deposited:%d/%m/%Y}")
            title = widgets.Label(f"{document.title} ({when})", layout={"width": "60%"})
            yield _named(widgets.HBox([title, self._documents[document.unique_id]]), "seance-document")
        if self._instruction.columns:
            yield _named(self._rows.widget, "seance-rows")
        if self._asks_nothing():
            yield _named(self._nothing, "seance-nothing")
        yield self._heading("Messages affichés par le logiciel")
        yield _named(self._messages, "seance-messages")
        yield self._heading("Capture d'écran (facultative), commentaire")
        yield widgets.HBox([_named(self._screenshot, "seance-screenshot"), _named(self._comment, "seance-comment")])

    def _heading(self, text: str) -> Any:
        return html(f'<div class="seance"><h3>{self._said(text)}</h3></div>')

    def _asks_nothing(self) -> bool:
        """Whether an empty display has to be said aloud: not when each thing is asked, or one is required."""
        columns = self._instruction.columns
        return bool(columns) and not self._instruction.documents and not any(column.required for column in columns)

    def _joined(self) -> str:
        """Put the file joined on disk and return its path; the one of the answer to correct stays when none is."""
        if not self._screenshot.value:
            return self._kept_screenshot
        file = self._screenshot.value[0]
        self._captures.mkdir(parents=True, exist_ok=True)
        path = self._captures / f"{len(list(self._captures.iterdir())) + 1:03d}-{Path(file['name']).name}"
        path.write_bytes(bytes(file["content"]))
        self._kept_screenshot = str(path.resolve())
        self._screenshot.value = ()
        return self._kept_screenshot


class _Rows:
    """What is copied from the screen: one line each when there is one column, else one cell each."""

    def __init__(self, columns: tuple[Column, ...], before: Answer | None, said: Callable[[str], str]) -> None:
        self._columns = columns
        self._said = said
        self._cells: list[list[Any]] = []
        told = before.rows if before else ()
        if len(columns) == 1:
            key = columns[0].key
            self._area = _area(
                said(_PLACEHOLDERS.get(columns[0].kind, "Une ligne chacun")),
                "\n".join(row.get(key, "") for row in told),
            )
            self.widget = widgets.VBox([widgets.Label(columns[0].label), self._area], layout=_WIDE)
            return
        titles = widgets.HBox([widgets.Label(column.label, layout=_WIDE) for column in columns], layout=_WIDE)
        self._lines = widgets.VBox([titles], layout=_WIDE)
        for row in told or ({},):
            self._add(row)
        more = button(said("Ajouter une ligne"), lambda: self._add({}))
        self.widget = widgets.VBox([self._lines, more], layout=_WIDE)

    def values(self) -> tuple[dict[str, str], ...]:
        """The rows that say something."""
        if len(self._columns) == 1:
            key = self._columns[0].key
            return tuple({key: line.strip()} for line in self._area.value.splitlines() if line.strip())
        keys = [column.key for column in self._columns]
        rows = ([cell.value.strip() for cell in cells] for cells in self._cells)
        return tuple(dict(zip(keys, row, strict=True)) for row in rows if any(row))

    def _hint(self, column: Column) -> str:
        return self._said(_PLACEHOLDERS.get(column.kind, ""))

    def _add(self, row: Any) -> None:
        cells = [
            widgets.Text(
                value=row.get(column.key, ""), placeholder=self._said(_PLACEHOLDERS.get(column.kind, "")), layout=_WIDE
            )
            for column in self._columns
        ]
        self._cells.append(cells)
        self._lines.children = (*self._lines.children, widgets.HBox(cells, layout=_WIDE))


def button(label: str, act: Callable[[], None], *, primary: bool = False, name: str = "") -> Any:
    """A button that does ``act``; ``name`` is a class to find it by."""
    made = widgets.Button(description=label, button_style="primary" if primary else "")
    made.on_click(lambda _: act())
    return _named(made, name or "seance-button")


def html(text: str = "") -> Any:
    """A piece of the page, already escaped."""
    return widgets.HTML(text, layout=_WIDE)


def _named(widget: Any, name: str) -> Any:
    widget.add_class(name)
    return widget


def _area(placeholder: str, value: str, *, rows: int = 3) -> Any:
    return widgets.Textarea(value=value, placeholder=placeholder, rows=rows, layout=_WIDE)
