"""A new kind of request needs its lines here: who may ask it, its place on the counter's menu, its labels."""

from __future__ import annotations

from counterfoil.customers.details import CUSTOMER, SHAPES
from counterfoil.faces.web import words
from counterfoil.faces.web.fields import UNASKED
from counterfoil.office.requests import ASKS, fields_of
from counterfoil.operations.roles import ASK, EVERY_ROLE, READ, Question


def test_every_kind_has_its_row() -> None:
    missing = sorted(set(ASKS) - set(ASK))
    assert missing == [], "say in operations/roles.py, ASK, which roles may ask it"
    assert sorted(set(ASK) - set(ASKS)) == [], "a row in operations/roles.py for a kind that is no more"
    assert all(roles <= set(EVERY_ROLE) for roles in ASK.values())


def test_every_question_has_its_row() -> None:
    assert set(READ) == set(Question)
    assert all(roles <= set(EVERY_ROLE) for roles in READ.values())


def test_every_kind_is_on_the_counters_menu() -> None:
    missing = sorted(set(ASKS) - set(words.MENU))
    assert missing == [], "give it a group and a label in faces/web/words.py, MENU"
    assert {entry.group for entry in words.MENU.values()} <= set(words.GROUPS)


def test_every_field_has_its_label() -> None:
    missing = sorted({name for cls in ASKS.values() for name in fields_of(cls)} - set(words.FIELDS))
    assert missing == [], "give it a label in faces/web/words.py, FIELDS"
    shapes = (CUSTOMER, *SHAPES.values())
    unnamed = sorted({name for shape in shapes for name in shape.fields} - {*words.DETAILS, *UNASKED})
    assert unnamed == [], "give it a label in faces/web/words.py, DETAILS"
    assert {(kind, name) for kind, name in words.KIND_FIELDS if name not in fields_of(ASKS[kind])} == set()
