"""Finding the elements a message must have: the refusals say what is missing and where, as a path.

Promises the readers of SOAP bodies one way to require an element or an attribute.
"""

from lxml import etree

from dmp_imagerie.wire.errors import WireError
from dmp_imagerie.wire.read.xml import local_name


def where(element: etree._Element) -> str:
    """Path of an element by local names and ranks among its namesakes, such as ``/Envelope[1]/Body[1]``."""
    steps = []
    for node in (element, *element.iterancestors()):
        rank = 1 + sum(1 for _ in node.itersiblings(node.tag, preceding=True))
        steps.append(f"{local_name(node)}[{rank}]")
    return "/" + "/".join(reversed(steps))


def expect(body: etree._Element, *names: str) -> etree._Element:
    """The body itself, when it bears one of the (qualified) names.

    Raises:
        WireError: ``corps-inattendu``, with the names expected.
    """
    if body.tag in names:
        return body
    expected = " ou ".join(map(_local, names))
    raise WireError("corps-inattendu", f"Message {expected} attendu, {local_name(body)} reçu", where(body))


def required_child(element: etree._Element, name: str) -> etree._Element:
    """The first child of that (qualified) name; :class:`WireError` ``element-absent`` when there is none."""
    child = element.find(name)
    if child is None:
        raise WireError("element-absent", f"L'élément {_local(name)} manque", where(element))
    return child


def required_attribute(element: etree._Element, name: str) -> str:
    """The attribute's value; :class:`WireError` ``attribut-absent`` when it is absent or empty."""
    value = element.get(name, "")
    if not value:
        raise WireError("attribut-absent", f"L'attribut {name} manque ou est vide", where(element))
    return value


def _local(name: str) -> str:
    return name.rpartition("}")[2]
