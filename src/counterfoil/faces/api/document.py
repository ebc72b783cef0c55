"""The OpenAPI 3.1 document, and the page that shows it: made from the same rows as the routes.

Always true: every route is in the document and the other way round (``test_every_route_is_in_the_document``); the page
needs no script and nothing from elsewhere (``test_the_page_needs_nothing_from_elsewhere``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from typing import Any

from counterfoil import __version__
from counterfoil.faces.api.kinds import body_schema, prepare_schema, signers_of, write_schema
from counterfoil.faces.api.problems import PROBLEM_MEDIA, PROBLEMS, TYPE
from counterfoil.faces.api.reads import READS, SCHEMAS, Read, shape
from counterfoil.faces.api.writes import BATCH_MAX, PRINTED_MAX
from counterfoil.office.requests import ASKS, Ask

Schema = dict[str, Any]
_KEY: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^[\x21\x23-\x7e]{1,64}$"}
_IN_ANY_READ = ("malformed", "token-needed", "scope-missing", "too-many-attempts", "fault", "unavailable")
_IN_ANY_WRITE = (
    "malformed", "key-missing", "token-needed", "scope-missing", "not-found", "in-progress", "too-large", "not-json",
    "refused", "key-reused", "too-many-attempts", "fault", "unavailable",
)  # fmt: skip


def document() -> Schema:
    """The whole document."""
    paths: Schema = {}
    for read in READS:
        paths[read.path] = {"get": _read(read)}
    for kind, cls in ASKS.items():
        paths[f"/v1/{kind}"] = {"post": _write(kind, cls)}
    paths["/v1/batch"] = {"post": _batch()}
    paths["/v1/prepare"] = {"post": _prepare()}
    paths["/v1/printed"] = {"post": _printed()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterfoil",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "One office's counter and books. Amounts are whole minor units of an ISO 4217 currency. "
            "A write is signed by a clerk's own key before it is sent; docs/reference/api.md says how.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                **SCHEMAS,
                "Problem": _problem(),
                "BatchItem": _batch_item(),
                **{kind: body_schema(cls) for kind, cls in ASKS.items()},
            },
        },
    }


def _problem() -> Schema:
    members = {
        "type": {"enum": [TYPE + name for name in PROBLEMS]}, "title": {"type": "string"},
        "status": {"type": "integer"}, "detail": {"type": "string"},
    }  # fmt: skip
    more = {
        "field": {"type": "string"}, "code": {"type": "string"}, "details": {"type": "object"},
        "request": {"type": "string"},
    }  # fmt: skip
    return shape(members, more)


def _read(read: Read) -> Schema:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _PATH[name]}
        for name in re.findall(r"{(\w+)}", read.path)
    ] + [
        {"name": one.name, "in": "query", "schema": dict(one.schema), "description": one.about} for one in read.query
    ]  # fmt: skip
    found = ("not-found",) if "{" in read.path else ()
    return {
        "operationId": read.name,
        "summary": read.summary,
        **({"description": read.about} if read.about else {}),
        "parameters": [
            *parameters,
            {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}, "description": "An `ETag`."},
        ],
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": {"ETag": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": read.result}},
            },
            "304": {"description": "Nothing has changed since the `ETag` that was sent."},
            **_problems((*_IN_ANY_READ, *found)),
        },
    }


_PATH: dict[str, Schema] = {
    "account": {"type": "string", "pattern": "^[0-9]{10}$"},
    "customer": {"type": "string", "pattern": "^[0-9]{10}$"},
    "till": {"type": "string", "pattern": "^[A-Z0-9]{1,8}$"},
    "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "epoch": {"type": "integer", "minimum": 1},
    "entry": {"type": "integer", "minimum": 0},
}


_WRITE_PARAMETERS: list[Schema] = [
    {
        "name": "Idempotency-Key", "in": "header", "required": True, "schema": _KEY,
        "description": "New for each thing that is to be done once. The request id follows from it.",
    },
    {"name": "Accept-Language", "in": "header", "schema": {"type": "string"}, "description": "en or es."},
]  # fmt: skip


def _write(kind: str, cls: type[Ask]) -> Schema:
    at_least = signers_of(kind)
    said = " ".join((cls.__doc__ or "").split()).replace("``", "`")
    if said.startswith(cls.__name__ + "("):
        said = ""
    return {
        "operationId": kind,
        "summary": f"Ask for: {kind}",
        "description": f"Signed by at least {at_least} {'clerks' if at_least > 1 else 'clerk'}. {said}".strip(),
        "parameters": _WRITE_PARAMETERS,
        "requestBody": {"required": True, "content": {"application/json": {"schema": write_schema(kind)}}},
        "responses": {
            "201": {
                "description": "Done, or done before by the same request.",
                "headers": {"Location": {"schema": {"type": "string"}}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Accepted"}}},
            },
            **_problems(_IN_ANY_WRITE),
        },
    }  # fmt: skip


def _batch_item() -> Schema:
    """One request of a batch: the members of its own write, its kind and its key."""
    return {
        "type": "object",
        "properties": {
            "key": _KEY, "kind": {"enum": list(ASKS)}, "epoch": {"type": "integer", "minimum": 1},
            "body": {"type": "object", "description": "As in POST /v1/KIND."}, "approvals": {"type": "array"},
            "details": {"type": "object"}, "salt": {"type": "string"}, "services": {"type": "array"},
        },
        "required": ["key", "kind", "epoch", "body", "approvals"],
        "additionalProperties": False,
    }  # fmt: skip


def _batch() -> Schema:
    outcome = shape(
        {
            "key": {"type": "string"}, "status": {"type": "integer"},
            "outcome": {"oneOf": [{"$ref": "#/components/schemas/Accepted"}, {"$ref": "#/components/schemas/Problem"}]},
        }
    )  # fmt: skip
    requests = {
        "type": "array", "minItems": 1, "maxItems": BATCH_MAX, "items": {"$ref": "#/components/schemas/BatchItem"},
    }  # fmt: skip
    return {
        "operationId": "batch",
        "summary": f"Ask for up to {BATCH_MAX:,} things, each with its own key and its own outcome",
        "description": "The batch has no key. Its requests are decided in order; none depends on another.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": shape({"requests": requests})}}},
        "responses": {
            "200": {
                "description": "The outcome of each, in order.",
                "content": {
                    "application/json": {"schema": shape({"outcomes": {"type": "array", "items": outcome}})}
                },
            },
            **_problems(tuple(name for name in _IN_ANY_WRITE if name not in ("key-missing", "not-found", "refused"))),
        },
    }  # fmt: skip


def _prepare() -> Schema:
    return {
        "operationId": "prepare",
        "summary": "The body to be signed, as a screen of the office would have filled it in",
        "description": "Adds what only the office can make with its own key (order-sale, cash-send, claim-unblock), "
        "what is read off the details, today's prices, and what the entry says that is to be reversed. Nothing is "
        "recorded. The same key and fields give the same body; send it with that key.",
        "parameters": _WRITE_PARAMETERS,
        "requestBody": {"required": True, "content": {"application/json": {"schema": prepare_schema()}}},
        "responses": {
            "200": {
                "description": "The body; `refusal` is the rule that says no to it today, if one is known already.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Prepared"}}},
            },
            **_problems(("malformed", "key-missing", "token-needed", "scope-missing", "too-large", "not-json",
                         "too-many-attempts", "fault", "unavailable")),
        },
    }  # fmt: skip


def _printed() -> Schema:
    entries = {"type": "array", "maxItems": PRINTED_MAX, "items": {"$ref": "#/components/schemas/Unprinted"}}
    return {
        "operationId": "printed",
        "summary": "Tell which slips left a printer",
        "description": "May be sent again. What was never due is passed over.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": shape({"entries": entries})}}},
        "responses": {
            "200": {
                "description": "How many were due.",
                "content": {"application/json": {"schema": shape({"noted": {"type": "integer"}})}},
            },
            **_problems(("malformed", "token-needed", "scope-missing", "too-large", "not-json", "too-many-attempts",
                         "fault", "unavailable")),
        },
    }  # fmt: skip


def _problems(names: tuple[str, ...]) -> Schema:
    by_status: dict[str, list[str]] = {}
    for name in names:
        by_status.setdefault(str(PROBLEMS[name].status), []).append(name)
    return {
        status: {
            "description": "; ".join(PROBLEMS[name].title for name in together),
            "content": {PROBLEM_MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, together in sorted(by_status.items())
    }


# --- the page ---------------------------------------------------------------------------------------------------------

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#1b1b1b;background:#fff}"
    "code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;background:#f0f0f0;padding:.75rem}"
    "details{border-bottom:1px solid #a9aeb1;padding:.5rem 0}summary{cursor:pointer;min-height:44px}"
    "b.m{display:inline-block;min-width:3.5rem}"
    "@media(prefers-color-scheme:dark){body{color:#f0f0f0;background:#1b1b1b}pre{background:#2e2e2e}a{color:#73b3e7}}"
)


def page() -> str:
    """The document for people: every operation with what it takes and answers."""
    made = document()
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>Counterfoil API</title><style>{STYLE}</style><main><h1>Counterfoil API {escape(__version__)}</h1>",
        f"<p>{escape(made['info']['description'])} The same as data: <a href=/openapi.json>openapi.json</a>.</p>",
        *_operations(made),
        "<h2>Schemas</h2>",
        *(
            f"<details id='{escape(name)}'><summary>{escape(name)}</summary>{_pre(schema)}</details>"
            for name, schema in made["components"]["schemas"].items()
        ),
        "<h2>Problems</h2><ul>",
        *(f"<li><a href={TYPE}{name}><code>{name}</code></a> ({one.status}): {escape(one.title)}</li>"
          for name, one in PROBLEMS.items()),
        "</ul></main></html>",
    ]  # fmt: skip
    return "\n".join(parts)


def _operations(made: Schema) -> Iterator[str]:
    for title, method in (("Questions", "get"), ("Writes", "post")):
        yield f"<h2>{title}</h2>"
        for path, item in made["paths"].items():
            if method in item:
                operation = item[method]
                yield (
                    f"<details><summary><b class=m>{method.upper()}</b> <code>{escape(path)}</code> "
                    f"{escape(operation['summary'])}</summary><p>{escape(operation.get('description', ''))}</p>"
                    f"{_pre({k: operation[k] for k in ('parameters', 'requestBody', 'responses') if k in operation})}"
                    "</details>"
                )


def _pre(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=1, ensure_ascii=False))}</pre>"


def problem_page(name: str) -> str:
    """The page of one type of problem."""
    kind = PROBLEMS[name]
    remedy = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", kind.remedy)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(kind.title)}</title><style>{STYLE}</style><main><h1>{escape(kind.title)}</h1>"
        f"<p><code>{TYPE}{name}</code>, HTTP status {kind.status}.</p><p>{escape(remedy)}</p></main></html>"
    )
