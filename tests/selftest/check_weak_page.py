"""Reads « Où cette suite est faible » again, and says every difference with the raw runs: nothing claimed that is not
there, nothing there that is not claimed.

It shares no line with what makes the page, on purpose: standard library only, the kit is never imported. It reads the
runs of ``selftest.json`` and nothing that was drawn from them, the catalogue as TOML, and the page as HTML.

    python tests/selftest/check_weak_page.py selftest.json faiblesses.html [ROOT OF THE REPOSITORY]

Exit code: 0 the page says what the runs say, 1 it does not (each difference on its line), 2 wrong arguments.
"""

import json
import re
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path

RED, GREEN = "non_conforme", ("conforme", "atteste")
REASONS = "src/dmp_imagerie/proof/selftest/reasons.toml"
CHECKS = "src/dmp_imagerie/judge/checks"


class Page(HTMLParser):
    """The sections of the page: for each, its items in order, what is said beside them, and the number announced."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, dict[str, str]] = {}
        self.doubles: list[str] = []
        self.counts: dict[str, list[int]] = {}
        self._section = self._place = self._item = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "section":
            self._section = values.get("id") or ""
            self.sections[self._section] = {}
        if tag in ("li", "th", "td") or (tag == "p" and values.get("class") == "lead"):
            self._place, self._text = tag, []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != self._place or not self._section:
            return
        text = " ".join("".join(self._text).replace("\u00a0", " ").split())
        items = self.sections[self._section]
        if tag == "p":
            self.counts[self._section] = [int(number) for number in re.findall(r"\d+", text)]
        elif tag == "td":
            items[self._item] = text
        else:
            if text in items:
                self.doubles.append(f"{self._section} : « {text} » y est deux fois")
            items[text], self._item = "", text
        self._place = ""


class Runs:
    """What the raw runs say, worked out again."""

    def __init__(self, document: dict, reasons: dict[str, str]) -> None:
        self.asked = {(check["rule"], check["check"]): set(check["roles"]) for check in document["checks"]}
        self._by_name: dict[str, list[dict]] = {}
        for run in document["runs"]:
            self._by_name.setdefault(run["name"], []).append(run)
        (self._reference,) = (run for run in document["runs"] if run["kind"] == "reference")
        self.faults = {
            name.partition(":")[2]: sorted(runs, key=lambda run: (run["way"] != "joue", -len(run["played"])))
            for name, runs in self._by_name.items()
            if runs[0]["kind"] == "defaut"
        }
        self.excluded = {name for name in self.faults if name in reasons}
        self.reasons = reasons

    def outcome(self, fault: str) -> str:
        """What became of a defect: seen, survived, or unproved."""
        run = self.faults[fault][0]
        rule, cells = run["breaks"], {cell["rule"]: cell["verdict"] for cell in run["cells"]}
        if run["refused"] and run["expected"] == "refuse":
            return "seen"
        if rule not in run["played"]:
            return "unproved"
        usual = {cell["rule"]: cell["verdict"] for cell in self._reference["cells"]}
        if usual.get(rule) in (RED, "erreur_banc", "inconclusif"):
            return "unproved"
        verdict = cells.get(rule, usual.get(rule))
        if verdict in (RED, run["expected"]):
            return "seen"
        return "survived" if verdict in GREEN else "unproved"

    def counted(self) -> list[str]:
        """The defects without a reason to be left out."""
        return [name for name in self.faults if name not in self.excluded]

    def stray(self) -> dict[str, set[str]]:
        """The defects that redden a rule which they neither break nor announce, with these rules."""
        found: dict[str, set[str]] = {}
        for name, runs in self.faults.items():
            for run in runs:
                announced = (run["breaks"], *run["also"])
                for cell in run["cells"]:
                    if cell["verdict"] == RED and cell["rule"] not in announced:
                        found.setdefault(name, set()).add(cell["rule"])
        return found

    def red(self) -> dict[tuple[str, str], set[str]]:
        """(rule, check) → the defects that turned it red in a rule they break or announce."""
        found: dict[tuple[str, str], set[str]] = {}
        for name, runs in self.faults.items():
            for run in runs:
                for cell in run["cells"]:
                    if cell["verdict"] == RED and cell["rule"] in (run["breaks"], *run["also"]):
                        for check in cell["red"]:
                            found.setdefault((cell["rule"], check), set()).add(name)
        return {key: names for key, names in found.items() if key in self.asked}


def expected(runs: Runs, catalogue: list[dict], names: set[str]) -> dict[str, dict[str, set[str]]]:
    """What each section must hold: its items, and the names that must stand beside each (none when empty)."""
    red, rules = runs.red(), list(dict.fromkeys(rule for rule, _ in runs.asked))
    aimed: dict[str, set[str]] = {rule: set() for rule in rules}
    seen: dict[str, set[str]] = {rule: set() for rule in rules}
    for fault in runs.counted():
        rule = runs.faults[fault][0]["breaks"]
        aimed.setdefault(rule, set()).add(fault)
        if runs.outcome(fault) == "seen":
            seen.setdefault(rule, set()).add(fault)
    seeing = {rule: {check for other, check in red if other == rule} for rule in rules}
    alone = {
        key: {name for name in found if not any(name in red[o] for o in red if o[0] == key[0] and o != key)}
        for key, found in red.items()
    }
    by_outcome = {
        outcome: {name: set() for name in runs.counted() if runs.outcome(name) == outcome}
        for outcome in ("survived", "unproved")
    }
    return {
        "survivors": by_outcome["survived"],
        "unproved": by_outcome["unproved"],
        "excluded": {name: {runs.reasons[name]} for name in runs.excluded},
        "stray": runs.stray(),
        "never_red": plain(
            f"{rule}/{check}"
            for (rule, check), roles in runs.asked.items()
            if (rule, check) not in red and roles != {"temoin"}
        ),
        "never_asked": plain(names - {check for _, check in runs.asked}),
        "without_fault": plain(rule for rule in rules if not aimed[rule]),
        "one_fault": {rule: seen[rule] for rule in rules if len(seen[rule]) == 1},
        "one_check": {rule: seeing[rule] for rule in rules if len(seeing[rule]) == 1},
        "redundant_only": plain(r for r in rules if seeing[r] and not any(alone[r, c] for c in seeing[r])),
        "redundant_checks": plain(f"{rule}/{check}" for (rule, check) in red if not alone[rule, check]),
        "invariant_only": plain(
            rule for rule in rules if all(roles == {"invariant"} for (r, _), roles in runs.asked.items() if r == rule)
        ),
        "uncovered": plain(rule["id"] for rule in catalogue if rule["id"] not in rules),
        "to_confirm": plain(rule["id"] for rule in catalogue if rule.get("a_confirmer")),
    }


def plain(items: object) -> dict[str, set[str]]:
    return {item: set() for item in items}


def differences(document: dict, html: str, root: Path) -> list[str]:
    """Every difference between the page and the runs, in words; none when the page is right."""
    page = Page()
    page.feed(html)
    reasons = tomllib.loads((root / REASONS).read_text("utf-8"))["defauts"]
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted((root / "features").glob("*/regles.toml"))]
    catalogue = [rule for file in files for rule in file["regle"]]
    sources = "\n".join(path.read_text("utf-8") for path in (root / CHECKS).glob("*.py"))
    names = set(re.findall(r'@check\(\s*"([^"]+)"', sources))
    wanted = expected(Runs(document, reasons), catalogue, names)
    found = list(page.doubles)
    found += [f"section « {key} » de trop" for key in page.sections if key not in wanted]
    for key, items in wanted.items():
        if key not in page.sections:
            found.append(f"section « {key} » absente")
            continue
        shown = page.sections[key]
        found += [f"{key} : « {item} » n'est pas dans les passages" for item in shown if item not in items]
        found += [f"{key} : « {item} » manque à la page" for item in items if item not in shown]
        for item, beside in items.items():
            missing = [name for name in beside if name not in shown.get(item, "")]
            found += [f"{key} : « {item} » ne dit pas {name}" for name in missing if item in shown]
        if page.counts.get(key) != [len(items)]:
            found.append(f"{key} : la page annonce {page.counts.get(key)}, les passages disent {len(items)}")
    if document["info"]["kit"]["suite"][:12] not in html:
        found.append("la page ne dit pas de quelle suite elle parle")
    return found


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(words: list[str]) -> int:
    if len(words) not in (2, 3):
        say(__doc__ or "")
        return 2
    root = Path(words[2]) if len(words) == 3 else Path(__file__).resolve().parents[2]
    document = json.loads(Path(words[0]).read_text("utf-8"))
    found = differences(document, Path(words[1]).read_text("utf-8"), root)
    for line in found:
        say(line)
    say(f"{len(found)} différence(s)" if found else "La page dit ce que disent les passages.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
