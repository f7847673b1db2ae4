"""Nobody real leaves an observation: found wherever they are written, and in production nothing of what was read."""

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from recordings import exchanges, hl7, log, raw_http

from dmp_imagerie.cli.main import cli
from dmp_imagerie.model.verdicts import Outcome
from dmp_imagerie.proof.observe import reception
from dmp_imagerie.proof.observe.identities import named_in
from dmp_imagerie.proof.observe.layers import readings
from dmp_imagerie.proof.observe.observation_file import write_observation
from dmp_imagerie.proof.observe.outcome import Observation, Observed, Place
from dmp_imagerie.runner.config import RunConfig
from dmp_imagerie.runner.launch import run_suite

REAL = "184127645108946"
"""Laid out as an INS, its key right, and nobody's test identity."""
OID = "1.2.250.1.213.1.4.8"
MARK = "ZQXNOMZQX"

Run = dict[str, bytes]
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Recordings of the reference connector, all of test identities: HTTP, HL7v2 message and acknowledgement."""
    folder = tmp_path_factory.mktemp("observe")
    run_suite(RunConfig(connector="reference", out=folder / "http", seed=1, rules=("DMP-INS-01",)))
    run_suite(RunConfig(connector="reference:pfi", out=folder / "hl7", seed=1, rules=("DMP-INS-01",)))
    found, (message, ack) = exchanges(folder / "http"), hl7(folder / "hl7")[0]
    return {"http": raw_http(found[:1]), "envelope": found[0][1], "hl7": message, "ack": ack}


def observe(files: Files, folder: Path, *options: str) -> Result:
    for name, content in files.items():
        path = folder / "vu par" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return CliRunner().invoke(cli, ["observe", str(folder / "vu par"), "--out", str(folder / "dit"), *options])


def post(body: bytes, path: str = "/si-dmp-server/v2/services/patients", **headers: str) -> bytes:
    told = {"Content-Type": "application/soap+xml; charset=UTF-8", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def soap(inside: str) -> bytes:
    namespace = "http://www.w3.org/2003/05/soap-envelope"
    return f'<s:Envelope xmlns:s="{namespace}"><s:Body>{inside}</s:Body></s:Envelope>'.encode()


def har(**request: Any) -> bytes:
    asked = {"method": "POST", "url": "https://dmp.invalid/x", "headers": [], **request}
    return json.dumps({"log": {"entries": [{"request": asked}]}}).encode()


IN_BASE64 = base64.encodebytes(f"Compte rendu de Mme DURAND, INS {REAL}, adressé à son médecin.".encode() * 3).decode()
REFUSAL = b"MSH|^~\\&|PFI|P|RIS|C|2026||ACK|9|P|2.5\rMSA|AE|%s|refus pour " + REAL.encode() + b"\r"

PLACES: dict[str, Callable[[Run], Files]] = {
    "adresse": lambda run: {"a.http": post(run["envelope"], f"/patients?ins={REAL}")},
    "adresse, échappée": lambda run: {"a.http": post(run["envelope"], "/x?ins=1%2084%2012%2076%20451%20089%2046")},
    "cookie": lambda run: {"a.http": post(run["envelope"], Cookie=f"patient={REAL}")},
    "opération inconnue": lambda _: {"a.http": post(soap(f"<q:ins xmlns:q='urn:x'>{REAL}</q:ins>"))},
    "autorité seule": lambda _: {"a.http": post(soap(f"<q:id xmlns:q='urn:x' root='{OID}' extension='1'/>"))},
    "références de caractères": lambda _: {"a.http": post(soap("".join(f"&#{ord(c)};" for c in REAL)))},
    "XML illisible": lambda run: {"a.http": post(run["envelope"][:-20] + b"<" + REAL.encode())},
    "document en base64": lambda _: {"a.http": post(soap(f"<Document>{IN_BASE64}</Document>"))},
    "corps compressé": lambda _: {"a.http": post(gzip.compress(soap(REAL)), Content_Encoding="gzip")},
    "UTF-16": lambda _: {"a.http": post(soap(REAL).decode().encode("utf-16"))},
    "JSON": lambda _: {"a.http": post(json.dumps({"nir": REAL}).encode())},
    "réponse": lambda run: {
        "a.http": post(run["envelope"]) + b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + REAL.encode()
    },
    "HAR, adresse": lambda _: {"a.har": har(url=f"https://dmp.invalid/{REAL}")},
    "HAR, champ non lu": lambda _: {"a.har": har(queryString=[{"name": "nir", "value": REAL}])},
    "nom de fichier": lambda run: {f"INS{REAL}.http": run["http"]},
    "nom de dossier": lambda run: {f"{REAL}/a.http": run["http"]},
    "fichier mis de côté": lambda run: {"a.http": run["http"], "note.txt": f"rappeler {REAL}".encode()},
    "fichier coupé": lambda run: {"a.http": run["http"], "b.http": post(REAL.encode(), Content_Length="99")},
    "ligne de journal": lambda run: {"a.log": log([(run["hl7"], run["ack"])]) + f"2026-03-10 10:09 {REAL}".encode()},
    "acquittement": lambda run: {"a.hl7": run["hl7"] + REFUSAL % run["hl7"].split(b"|")[9]},
    "acquittement seul": lambda run: {"a.hl7": run["hl7"], "b.hl7": REFUSAL % b"77"},
    "échappement HL7": lambda run: {
        "a.hl7": run["hl7"].replace(b"\rPV1|", f"\rNK1|1|\\X{REAL.encode().hex().upper()}\\\rPV1|".encode(), 1)
    },
    "message HL7 illisible": lambda run: {"a.hl7": run["hl7"], "b.hl7": f"MSH|^^^^|X\rPID|1||{REAL}\r".encode()},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_real_identity_is_refused_wherever_it_is(run: Run, tmp_path: Path, place: str) -> None:
    done = observe(PLACES[place](run), tmp_path)
    assert done.exit_code == 2, done.output
    assert "--production" in done.output
    assert REAL not in done.output.replace(str(tmp_path), "")
    assert not (tmp_path / "dit").exists()


def test_what_says_it_is_of_tests_is_taken(run: Run, tmp_path: Path) -> None:
    owned = f"{REAL}^^^&amp;1.2.250.1.213.1.4.10&amp;ISO^NH"
    files = {"a.http": post(soap(f"<q:id xmlns:q='urn:x'>{owned}</q:id>")), "b.http": post(run["envelope"], f"/{REAL}")}
    assert observe(files, tmp_path).exit_code == 0


CODINGS: tuple[Callable[[bytes], bytes], ...] = (
    lambda content: b"<a>" + base64.b64encode(content) + b"</a>",
    lambda content: base64.encodebytes(content),
    lambda content: base64.urlsafe_b64encode(content).rstrip(b"="),
    lambda content: json.dumps(content.decode("latin-1")).encode(),
    lambda content: re.sub(rb"[^A-Za-z0-9]", lambda found: b"%%%02X" % found[0][0], content),
)


@given(st.binary(max_size=30), st.binary(max_size=30), st.lists(st.sampled_from(CODINGS), max_size=2), st.booleans())
def test_every_coding_is_undone(
    before: bytes, after: bytes, codings: list[Callable[[bytes], bytes]], compressed: bool
) -> None:
    content = b"nom=DURAND; ins=" + before + b" " + OID.encode() + b" " + after
    for coding in codings:
        content = coding(content)
    if compressed:
        content = gzip.compress(content)
    assert any(OID in text for text in readings(content))
    assert named_in([content]).production


@given(st.binary(max_size=200))
def test_no_content_breaks_the_search(content: bytes) -> None:
    assert named_in([content, gzip.compress(content)[:-3]], strict=True).production is False


# --- In production ----------------------------------------------------------------------------------------------------


def mutants(run: Run) -> Iterator[tuple[str, bytes]]:
    """The same messages, a name and a number that nothing else holds in every place, a few places at a time."""
    for whole, kept in ((run["hl7"], b""), (run["ack"], run["hl7"])):
        segments = whole.strip(b"\r").split(b"\r")
        for rank, segment in enumerate(segments):
            fields = segment.split(b"|")
            for first in range(3):
                changed = [f"{MARK}^{REAL}".encode() if i % 3 == first else one for i, one in enumerate(fields)]
                lines = [*segments[:rank], b"|".join(changed), *segments[rank + 1 :]]
                yield "hl7", kept + b"\r".join(lines) + b"\r"
    for rank, _ in enumerate(etree.fromstring(run["envelope"]).iter(etree.Element)):
        root = etree.fromstring(run["envelope"])
        element = list(root.iter(etree.Element))[rank]
        for name in element.attrib:
            element.attrib[name] = f"{MARK} {REAL}"
        element.text = f"{MARK} {REAL}"
        yield "http", post(etree.tostring(root), X_Patient=MARK)


JUNK = {
    "har": (har(headers=[{"name": MARK}]), json.dumps({MARK: {"log": REAL}}).encode()),
    "http": (post(b"", Content_Length=f"« 12 » {MARK}"), f"POST /{MARK} HTTP/1.1\r\n{MARK}\r\n\r\n".encode()),
    "txt": (MARK.encode(),),
    "hl7": (f"MSH|^~\\&|A\rPID|{MARK}\r{MARK} x\r".encode(), f"MSH|^^^^|{MARK}\rMSA|AA|{MARK}\r".encode()),
    "xml": (f"<!DOCTYPE {MARK}><Envelope>{MARK}</Envelope>".encode(), f"<Envelope>{MARK}".encode()),
}


def test_nothing_that_was_read_leaves_in_production(run: Run, tmp_path: Path) -> None:
    found = [*mutants(run), *((suffix, content) for suffix, contents in JUNK.items() for content in contents)]
    files = {f"{MARK}-{REAL}-{number}.{suffix}": content for number, (suffix, content) in enumerate(found)}
    done = observe(files, tmp_path, "--production")
    assert done.exit_code == 1
    told = done.output.replace(str(tmp_path), "") + "".join(
        file.read_text(encoding="utf-8") for file in (tmp_path / "dit").iterdir()
    )
    assert MARK not in told
    assert REAL not in told


def test_a_file_that_cannot_be_read_is_not_named_in_production(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes = Path.read_bytes

    def refused(path: Path) -> bytes:
        if MARK in path.name:
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    done = observe({"a.http": run["http"], f"{MARK}.http": b""}, tmp_path, "--production")
    assert "Permission denied" in done.output
    assert MARK not in done.output


def test_a_bug_quotes_no_traffic_in_production(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(f"ne sait que faire de « {MARK} »")

    monkeypatch.setattr(reception, "_measured", broken)
    done = observe({"a.http": run["http"]}, tmp_path, "--production")
    assert (done.exit_code, "ValueError" in done.output, MARK in done.output) == (3, True, False)
    with pytest.raises(ValueError, match=MARK):
        CliRunner().invoke(cli, ["observe", str(tmp_path / "vu par")], catch_exceptions=False)


def test_numbers_are_masked_in_the_file_too(tmp_path: Path) -> None:
    seen = Observed(
        rule="DMP-INS-15",
        invariant="pid-3-et-cda",
        text="",
        text_en="",
        gravite="majeur",
        expected="",
        outcome=Outcome.NON_CONFORME,
        conforme=0,
        non_verifiable=0,
        non_conforme=(Place(message=1, file=f"{REAL}.hl7", rank=1, observed=f"PID-3 « {REAL} »"),),
    )
    whole = Observation(production=False, messages=1, unanswered=0, transactions={}, rules=(seen,), skipped=())
    written = write_observation(whole, tmp_path / "observation.json").read_text(encoding="utf-8")
    assert (REAL in written, written.count("[identité masquée]")) == (False, 2)
