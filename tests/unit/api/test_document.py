"""The document of the API: it describes what is there, and what is there keeps to it, whatever is sent."""

from __future__ import annotations

import json
import os
import random
import re
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from counterfoil.faces.api.document import document, page, problem_page
from counterfoil.faces.api.kinds import read_write, write_schema
from counterfoil.faces.api.problems import PROBLEMS
from counterfoil.faces.api.reads import READS
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.requests import ASKS, bytes_fields, fields_of
from counterfoil.testing.servers import Served

PROJECT = Path(__file__).resolve().parents[3]
PROBLEMS_PAGE = PROJECT / "docs" / "reference" / "problems.md"

NAMES = [f"{method.upper()} {path}" for path, item in document()["paths"].items() for method in item]


@cache
def operations() -> dict[str, Any]:
    """Made when first asked for: reading the document takes seconds, and every worker collects this module."""
    found: dict[str, Any] = {}
    for one in schemathesis.openapi.from_dict(document()).get_all_operations():
        operation: Any = one.ok()  # type: ignore[union-attr]  # an error in the document ends the test, as it should
        found[f"{operation.method.upper()} {operation.path}"] = operation
    return found


CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip
"""Not ``positive_data_acceptance``: a signature that a generator makes up is never a right one."""
SAID = ("stands twice in the approvals", "check digit", "hidden character", "a text is needed", ".0: ", ".0 pieces")
"""What no schema says: a check digit, texts that people can see, and that 5.0 is not written for 5."""
BETWEEN = {"buyer", "code", "count", "currency", "body.details", "services", "approvals", "what"}
"""Fields that are refused for what another one says; ``buyer`` and ``code`` are what the office makes of the rest."""


@pytest.fixture(scope="module")
def session(server: Served) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.headers["Authorization"] = f"Bearer {server.token('read', 'write', 'personal')}"
    return made


SEED = 20_260_301
SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
DEEP = 200 if SOAK else 12
"""Examples a mode of each operation. A hundred operations take a processor two to three minutes with 12, and every
further example of all of them costs ten seconds more; ``make soak`` takes them, from a new seed."""


def play(
    server: Served, session: requests.Session, name: str, mode: GenerationMode, examples: int, *, seed: int = SEED
) -> int:
    """Sends generated requests and checks every answer; how many were sent."""
    sent = 0

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )  # fmt: skip
    @hypothesis.given(case=operations()[name].as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        nonlocal sent
        sent += 1
        if mode is GenerationMode.POSITIVE and name.removeprefix("POST /v1/") in ASKS:
            read_as_said(name.removeprefix("POST /v1/"), case.body)
        answer = case.call(base_url=server.url, session=session)
        case.validate_response(answer, checks=CHECKS)
        assert answer.headers["cache-control"] == ["no-store"]

    one()
    return sent


def read_as_said(kind: str, body: Any) -> None:
    """A body that the document accepts is read up to its signatures, unless a rule between two fields refuses it."""
    try:
        assert read_write(kind, bytes(16), body, bytes(32)).ask.kind == kind
    except Malformed as error:
        known = any(word in str(error) for word in SAID) or error.field.startswith("details.")
        if not known and error.field.partition("[")[0] not in BETWEEN:
            raise


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_keeps_to_the_document(server: Served, session: requests.Session, name: str) -> None:
    """What the document accepts is what is read, too."""
    few = 1 if name.startswith("POST") else 3  # The first example costs the most; the deep form makes many.
    assert play(server, session, name, GenerationMode.POSITIVE, few)
    play(server, session, name, GenerationMode.NEGATIVE, few)


@pytest.mark.slow
@pytest.mark.hypothesis  # So that `make soak` takes it.
@pytest.mark.parametrize("name", NAMES)
def test_every_answer_keeps_to_the_document_at_depth(server: Served, session: requests.Session, name: str) -> None:
    seed = random.randrange(2**32) if SOAK else SEED
    print(f"seed={seed}")  # Shown with a failure.
    assert play(server, session, name, GenerationMode.POSITIVE, DEEP, seed=seed)
    play(server, session, name, GenerationMode.NEGATIVE, DEEP, seed=seed)


OTHERS = {"/v1/batch", "/v1/prepare", "/v1/printed"}


def test_every_route_is_in_the_document(server: Served) -> None:
    paths = document()["paths"]
    assert {read.path for read in READS} | {f"/v1/{kind}" for kind in ASKS} | OTHERS == set(paths)
    kinds = [p for p in paths if "post" in paths[p]]
    assert len(kinds) == len(ASKS) + len(OTHERS)
    with requests.Session() as plain:
        plain.trust_env = False
        assert plain.get(f"{server.url}/openapi.json").json() == json.loads(json.dumps(document()))


def test_the_page_needs_nothing_from_elsewhere(server: Served) -> None:
    with requests.Session() as plain:
        plain.trust_env = False
        shown = plain.get(f"{server.url}/api")
        for name, kind in PROBLEMS.items():
            told = plain.get(f"{server.url}/problems/{name}")
            assert told.status_code == 200
            assert kind.title in told.text.replace("&#x27;", "'")
        assert plain.get(f"{server.url}/problems/none").status_code == 404
    assert "<script" not in shown.text
    assert not re.search(r"(src|href)=.?https?:", shown.text)
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    made = page()
    assert all(f"/v1/{kind}" in made for kind in ASKS)
    assert "<script" not in problem_page("refused")


def test_every_problem_has_its_page() -> None:
    text = PROBLEMS_PAGE.read_text("utf-8")
    sections = dict(re.findall(r"^## ([a-z-]+)\n\n(.*?)(?=^## |\Z)", text, flags=re.M | re.S))
    assert list(sections) == list(PROBLEMS)
    for name, kind in PROBLEMS.items():
        assert f"{kind.title}. HTTP {kind.status}." in sections[name], name
        assert " ".join(kind.remedy.split()) in " ".join(sections[name].split()), name


@pytest.mark.parametrize("kind", ASKS)
def test_what_the_document_accepts_is_what_is_read(kind: str) -> None:
    """The document names every field that is read, and bytes as what they are; ``read_as_said`` does the rest, for each
    body that is generated."""
    schema = document()["components"]["schemas"][kind]
    shape = fields_of(ASKS[kind])
    assert list(schema["properties"]) == list(shape)
    assert schema["required"] == [name for name, (_, needed) in shape.items() if needed]
    assert all("pattern" in schema["properties"][name] for name in bytes_fields(ASKS[kind]))
    assert write_schema(kind)["properties"]["body"] == {"$ref": f"#/components/schemas/{kind}"}
