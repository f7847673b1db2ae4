"""Elements of one namespace written as calls: ``E.Slot(child, name="hash")``.

Promises the builders of SOAP bodies a typed view of lxml's ``ElementMaker``, which has no type stubs.
"""

from collections.abc import Callable, Mapping
from typing import Protocol, cast

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]


class Maker(Protocol):
    """Makes an element from its name, its attributes (mapping or keywords) and its content, in order."""

    def __call__(
        self, tag: str, *content: etree._Element | str | Mapping[str, str], **attributes: str
    ) -> etree._Element: ...

    def __getattr__(self, tag: str) -> Callable[..., etree._Element]: ...


def maker(namespace: str, prefixes: Mapping[str | None, str]) -> Maker:
    """A maker of elements of ``namespace``, declaring ``prefixes`` (None is the default namespace)."""
    return cast("Maker", ElementMaker(namespace=namespace, nsmap=dict(prefixes)))
