"""The page on the HTTP driver lists its messages in its own words."""

import inspect
import re

import pytest
from pages import text_of

from dmp_imagerie.connectors import http, remote

SOURCE = re.sub(r'"\n\s+f?"', "", inspect.getsource(http) + inspect.getsource(remote))
_VARIABLE = re.compile(r"…|\b[NM]\b|\([^)]*\)|, TLS.*|:")


@pytest.mark.parametrize("page", ["docs/fr/pilote-http.md", "docs/en/http-driver.md"])
def test_each_message_listed_is_one_the_driver_says(page: str) -> None:
    table = text_of(page).rpartition("\n## ")[2]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        for words in filter(None, map(str.strip, _VARIABLE.split(row))):
            assert words in SOURCE, f"{page} : « {words} »"
