"""An operator in a real browser: reads the page, works the product, clicks and types what they saw."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from guided_hands import Hands

from dmp_imagerie.connectors.operator.instruction import Answer, Instruction

PATIENCE_MS = 60_000
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


@contextlib.contextmanager
def served_page(folder: Path, *words: str) -> Iterator[str]:
    """Serve the page from ``folder`` with options of ``guide``; yield its address, token included."""
    command = [sys.executable, "-m", "dmp_imagerie", "guide", "--page", "--no-browser", *words]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, encoding="utf-8", env=os.environ | {"PYTHONUTF8": "1"}
    ) as server:
        guard = threading.Timer(300, server.kill)
        guard.start()
        try:
            assert server.stdout is not None
            (url,) = re.findall(r"(http://127\.0\.0\.1:\S+)", server.stdout.readline())
            yield url
        finally:
            guard.cancel()
            server.terminate()
            server.wait(30)


@contextlib.contextmanager
def browser_page(executable: str) -> Iterator[Any]:
    """A page of a real browser that notes every address it asks for (``page.asked``)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": 1280, "height": 1000}, locale="fr-FR")
            page.set_default_timeout(PATIENCE_MS)
            yield page
        finally:
            browser.close()


@dataclass
class Browsing:
    """The operator: hands for the product, eyes and fingers for the page."""

    page: Any
    hands: Hands
    asked: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, url: str, product: str = "") -> None:
        """Open the page, retrying while the server gets up, fill the form and begin."""
        for _ in range(100):
            with contextlib.suppress(Exception):
                self.page.goto(url)
                break
            self.page.wait_for_timeout(200)
        self.page.locator(".seance-begin").wait_for()
        if product:
            self.page.get_by_label("Logiciel").fill(product)
        self.page.locator(".seance-begin").click()
        self.wait_for(".seance-go")

    def wait_for(self, selector: str) -> None:
        """Wait for what must be shown; what the page says instead is the failure's message."""
        self.page.locator(f"{selector}, .failed").first.wait_for()
        failed = self.page.locator(".failed")
        assert not failed.count(), failed.first.text_content()

    def start(self) -> None:
        """Set the product up from what the page says, then begin."""
        self.hands.take_surroundings(self.machine()["surroundings"])
        self.page.locator(".seance-go").click()
        self.wait_for(".seance-send")

    def machine(self) -> dict[str, Any]:
        """What the page says to a machine."""
        read: dict[str, Any] = json.loads(self.page.locator("pre[data-machine]").text_content())
        return read

    def instruction(self) -> Instruction:
        """The instruction on screen."""
        return msgspec.convert(self.machine()["instruction"], Instruction)

    def work(self, until: Callable[[Instruction], bool] = lambda _: False) -> None:
        """Carry out instructions until all are, or until one that ``until`` accepts is on screen."""
        while not self.page.locator(".seance-finish").is_visible():
            instruction = self.instruction()
            if until(instruction):
                return
            self.asked.append(instruction.title)
            self.fill(instruction, self.hands.do(instruction))
            self.page.locator(".seance-send").click()
            self.take()

    def fill(self, instruction: Instruction, answer: Answer) -> None:
        """Tick and type ``answer``."""
        label = next(choice.label for choice in instruction.choices if choice.status is answer.status)
        self.page.locator(".seance-choice label").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*$")).click()
        self.page.locator(".seance-messages textarea").fill("\n".join(answer.messages))
        for rank, document in enumerate(instruction.documents):
            if document.unique_id in answer.documents:
                shown = "montré" if answer.documents[document.unique_id] else "non montré"
                line = self.page.locator(".seance-document").nth(rank)
                line.get_by_role("button", name=shown, exact=True).click()
        self.rows(instruction, answer)
        if answer.nothing:
            self.page.locator(".seance-nothing input").check()

    def rows(self, instruction: Instruction, answer: Answer) -> None:
        """Type what is displayed."""
        if len(instruction.columns) == 1:
            key = instruction.columns[0].key
            self.page.locator(".seance-rows textarea").fill("\n".join(row[key] for row in answer.rows))
            return
        for rank, row in enumerate(answer.rows):
            if rank:
                self.page.locator(".seance-rows .seance-button").click()
            width = len(instruction.columns)
            for column, asked in enumerate(instruction.columns):
                self.page.locator(".seance-rows input[type=text]").nth(rank * width + column).fill(row[asked.key])

    def take(self) -> None:
        """Keep the answer under review, and wait for what comes next."""
        self.page.locator(".seance-take").click()
        self.page.locator(".seance-take").wait_for(state="detached")
        self.wait_for(".seance-send, .seance-finish")
