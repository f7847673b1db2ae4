"""A connector in one file, in plain Python: it imports nothing of the kit, so it can be rewritten in any language.

One JSON object a line on standard input, one reply a line on standard output; standard error is free. A field left
out of a request has its default value (``dmp-imagerie contract`` prints them). Replace each body by what your product
does, and add one method per verb. Never answer ``done`` to what was not done: ``unsupported`` is always honest.
"""

import json
import sys
from typing import Any

Json = dict[str, Any]


class Connector:
    """The verbs this product can do, one method each; each returns an outcome."""

    verbs = ("register_patient", "register_exam", "save_draft")

    def __init__(self) -> None:
        self.surroundings: Json = {}
        self.patients: dict[str, Json] = {}
        self.exams: dict[str, Json] = {}
        self.drafts: dict[str, Json] = {}

    def register_patient(self, verb: Json) -> Json:
        self.patients[verb["patient"]["local_id"]] = verb["patient"]
        return {"status": "done"}

    def register_exam(self, verb: Json) -> Json:
        if verb["exam"]["patient_id"] not in self.patients:
            return {"status": "refused", "messages": ["Patient inconnu."]}
        self.exams[verb["exam"]["exam_id"]] = verb["exam"]
        return {"status": "done"}

    def save_draft(self, verb: Json) -> Json:
        self.drafts[verb["report"]["report_id"]] = verb["report"]
        return {"status": "done"}


def reply_to(connector: Connector, request: Json) -> Json:
    """Return what answers ``request``, without its ``id``."""
    match request["request"]:
        case "describe":
            verbs: Json = {name: [] for name in connector.verbs}
            return {"description": {"product": "Mon RIS", "version": "1.0", "vendor": "Ma société", "verbs": verbs}}
        case "start":
            connector.surroundings = request["surroundings"]  # DMP address, authority, certificates, users, work folder
        case "call":
            name = request["verb"]["verb"]
            known = name in connector.verbs
            return {"outcome": getattr(connector, name)(request["verb"]) if known else {"status": "unsupported"}}
    return {}


def main() -> None:
    """Answer requests until ``stop`` or the end of input."""
    connector = Connector()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"id": request["id"], **reply_to(connector, request)}), flush=True)
        if request["request"] == "stop":
            return


if __name__ == "__main__":
    main()
