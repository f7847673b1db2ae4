"""Damage done to a well-formed message, to show that readers refuse with a WireError and nothing else."""

from collections.abc import Callable
from copy import deepcopy

from hypothesis import strategies as st
from lxml import etree

from dmp_imagerie.wire.errors import WireError


@st.composite
def damaged(draw: st.DrawFn, message: etree._Element) -> etree._Element:
    """A copy of the message with one to four elements lost, renamed, emptied, doubled or given other texts."""
    root = deepcopy(message)
    for _ in range(draw(st.integers(1, 4))):
        node = draw(st.sampled_from(list(root.iter("*"))))
        kind = draw(st.sampled_from(("lose", "rename", "empty", "double", "text", "attribute")))
        parent = node.getparent()
        if kind == "lose" and parent is not None:
            parent.remove(node)
        elif kind == "double" and parent is not None:
            parent.append(deepcopy(node))
        elif kind == "rename":
            node.tag = draw(st.sampled_from(("x", "{urn:other}x", etree.QName(node).localname)))
        elif kind == "empty":
            node.clear()
        elif kind == "attribute" and node.attrib:
            name = draw(st.sampled_from(sorted(map(str, node.attrib))))
            node.set(name, draw(st.sampled_from(("", "x", "é^&'", "-1"))))
        else:
            node.text = draw(st.sampled_from(("", "x", "('a'", "'", "-1", "(,)")))
    return root


def assert_read_or_refused(read: Callable[[etree._Element], object], message: etree._Element) -> None:
    """Read the message; a refusal must be a WireError with a code and a place that starts at the root."""
    refusals = []
    try:
        read(message)
    except WireError as refusal:
        refusals.append(refusal)
    assert all(refusal.code and refusal.where.startswith("/") for refusal in refusals)
