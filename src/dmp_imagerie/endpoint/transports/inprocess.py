"""The simulated DMP in the connector's own process: httpx (and httpx2, when it is there) is answered without a network.

Promises that nothing a client of these libraries asks gets out: the DMP's address goes to ``dmp.handle``, every other
one is refused and recorded. There is no TLS here: rules on it cannot be judged in this mode.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any

import httpcore
import httpx
import respx

from dmp_imagerie.endpoint.dmp import SimulatedDmp
from dmp_imagerie.endpoint.http import Request

BASE_URL = "https://dmp.invalid/si-dmp-server/v2/services"
"""A name that cannot exist. Source: RFC 2606 §2."""


@contextmanager
def respx_transport(dmp: SimulatedDmp, base_url: str = BASE_URL) -> Iterator[str]:
    """Answer every httpx and httpx2 call of the process while the block lasts; gives the address for connectors.

    A call to another host is recorded as an alert (``reseau``) and fails like a refused connection.
    """
    host = httpx.URL(base_url).host
    with ExitStack() as routers:
        for name, library in _libraries():
            router = respx.mock(using=name, assert_all_called=False, assert_all_mocked=True)
            routers.enter_context(router)
            router.route().mock(side_effect=_handler(dmp, host, router, library.ConnectError))
        yield base_url


def _libraries() -> Iterator[tuple[str, ModuleType]]:
    """Name of respx's mocker and module of each transport library present."""
    yield "httpcore", httpcore
    try:
        importlib.import_module("pytest_httpx2._plugin")  # registers the mocker of httpx2
        yield "httpcore2", importlib.import_module("httpcore2")
    except ImportError:
        return


def _handler(
    dmp: SimulatedDmp, host: str, router: Any, refused: type[Exception]
) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        router.reset()  # respx keeps every call: the recorder has the evidence, memory need not grow
        if request.url.host != host:
            message = f"Appel refusé vers {request.url.host} : seul {host} est ouvert en mode respx"
            dmp.alert("reseau", message)
            raise refused(message)
        response = dmp.handle(
            Request(
                method=request.method,
                path=request.url.raw_path.decode("ascii"),
                headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw),
                body=request.read(),
            )
        )
        return httpx.Response(response.status, headers=list(response.headers), content=response.body)

    return answer
