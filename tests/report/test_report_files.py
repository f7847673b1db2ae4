"""results.json is stable, strict, and described by the schema that is published."""

import json
from pathlib import Path

import jsonschema
import pytest

from dmp_imagerie.catalogue.suite import find_suite
from dmp_imagerie.judge.results import Results
from dmp_imagerie.report.errors import ReportError
from dmp_imagerie.report.results_file import read_results, results_schema, write_results

SCHEMA = find_suite() / "reports" / "schemas" / "results.schema.json"


def test_what_is_written_is_read_back_and_written_the_same(results: Results, tmp_path: Path) -> None:
    first = write_results(results, tmp_path / "run" / "results.json")
    assert read_results(first) == results
    assert write_results(read_results(first), tmp_path / "again.json").read_bytes() == first.read_bytes()
    assert [path.name for path in first.parent.iterdir()] == ["results.json"]


def test_the_published_schema_is_the_one_of_the_structs() -> None:
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == results_schema()


def test_the_schema_accepts_a_run_and_refuses_an_unknown_outcome(results: Results, tmp_path: Path) -> None:
    validator = jsonschema.Draft202012Validator(results_schema())
    validator.check_schema(results_schema())
    document = json.loads(write_results(results, tmp_path / "results.json").read_bytes())
    validator.validate(document)
    document["rules"][0]["verdict"] = "vert"
    assert not validator.is_valid(document)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "pas du JSON"),
        ('{"schema": "autre/9"}', "autre/9"),
        ("[]", "Version de résultats inconnue"),
        ('{"schema": "dmp-imagerie/results/1", "inconnu": 1}', "hors format"),
    ],
)
def test_an_unusable_file_is_named_with_its_defect(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ReportError, match=said) as caught:
        read_results(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_said_missing(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="illisibles"):
        read_results(tmp_path / "absent.json")
