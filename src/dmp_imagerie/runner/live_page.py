"""The live page: what the sandbox received, in a browser of this machine, without a script.

Promises plain HTTP on loopback only, read only, each page whole in one file, and no answer to a name that is not
loopback's (a web page elsewhere must not read this one through a name of its own).
"""

import re
import secrets
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.catalogue.translation import FRENCH, translate
from dmp_imagerie.endpoint.transports.serving import QuietServer, Served
from dmp_imagerie.journal.view import Journal, JournalError
from dmp_imagerie.model.plain import Plain
from dmp_imagerie.runner.live_view import LATEST, OUTCOMES, LiveView, Setting

HOST = "127.0.0.1"
REFRESH_S = 3
FROZEN = "fige"

_LOCAL_NAMES = frozenset({HOST, "localhost"})
_EXCHANGE = re.compile(r"/echanges/([0-9]{1,9})")
_HEADERS = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-cache"),
)


class Page(Plain):
    """An answer of the live page. ``etag`` is "" when it must not be kept."""

    status: HTTPStatus
    text: str
    media_type: str = "text/html; charset=utf-8"
    etag: str = ""


class LivePages:
    """Makes the pages, in ``lang``, whatever serves them."""

    def __init__(self, journal: Journal, setting: Setting, lang: str = FRENCH) -> None:
        self._lang = lang
        self._view = LiveView(journal, setting)
        self._token = secrets.token_hex(4)  # two sandboxes on one port share no page
        folder = find_suite() / "reports"
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        css = "".join((folder / name).read_text(encoding="utf-8") for name in ("aptitude.css", "live.css"))
        self._environment.filters["said"] = partial(translate, lang=lang)
        self._environment.globals |= {
            "lang": lang,
            "css": Markup(css),  # noqa: S704 - our own files
            "setting": setting,
            "outcomes": OUTCOMES,
            "latest": LATEST,
            "FROZEN": FROZEN,
        }

    def answer(self, path: str, query: str, known: str = "") -> Page:
        """Return the page at ``path``; ``known`` is the ETag the browser has: 304 when it is still that one."""
        found = _EXCHANGE.fullmatch(path)
        etag = f'"{self._token}-{self._view.last_seq}"'
        if path != "/" and not found:
            return self._plain(HTTPStatus.NOT_FOUND, "Page inconnue : commencez par /")
        if known == etag:
            return Page(status=HTTPStatus.NOT_MODIFIED, text="", etag=etag)
        try:
            text = self._exchange(int(found[1])) if found else self._overview(frozen=query == FROZEN)
        except JournalError as error:
            return self._plain(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        if text is None:
            return self._plain(HTTPStatus.NOT_FOUND, "Aucun échange de ce numéro : revenez à /")
        return Page(status=HTTPStatus.OK, text=text, etag=etag)

    def elsewhere(self) -> Page:
        """Return the answer to a name that is not loopback's."""
        return self._plain(HTTPStatus.FORBIDDEN, f"Cette page ne se lit qu'à l'adresse http://{HOST}")

    def _plain(self, status: HTTPStatus, text: str) -> Page:
        told = translate(text, self._lang)
        return Page(status=status, text=f"{told}\n", media_type="text/plain; charset=utf-8")

    def _overview(self, *, frozen: bool) -> str:
        refresh = 0 if frozen else REFRESH_S
        return self._environment.get_template("live.html.j2").render(view=self._view.overview(), refresh=refresh)

    def _exchange(self, seq: int) -> str | None:
        detail = self._view.detail(seq)
        if detail is None:
            return None
        return self._environment.get_template("live_exchange.html.j2").render(view=detail)


class LivePage(Served):
    """Serves the pages of one journal while the ``with`` block lasts; port 0 takes a free one. Raises OSError."""

    def __init__(self, journal: Journal, setting: Setting, port: int, lang: str = FRENCH) -> None:
        server = _Server((HOST, port), LivePages(journal, setting, lang))
        super().__init__(server, "page-vivante")
        self.url = f"http://{HOST}:{server.server_port}/"


class _Server(QuietServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], pages: LivePages) -> None:
        self.pages = pages
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a browser that leaves in the middle of an answer is no event of the sandbox."""


class _Handler(BaseHTTPRequestHandler):
    timeout = 10.0
    server: _Server

    def do_GET(self) -> None:
        page = self._page()
        body = page.text.encode()
        self.send_response_only(page.status)
        for name, value in _HEADERS:
            self.send_header(name, value)
        if page.etag:
            self.send_header("ETag", page.etag)
        if page.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", page.media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - idem

    def _page(self) -> Page:
        if self.headers.get("Host", "").partition(":")[0] not in _LOCAL_NAMES:
            return self.server.pages.elsewhere()
        path, _, query = self.path.partition("?")
        return self.server.pages.answer(path, query, self.headers.get("If-None-Match", ""))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - signature of the base class
        """Say nothing on the error output."""
