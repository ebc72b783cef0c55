from __future__ import annotations

import ast
import importlib.util
import string
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from counterfoil.engines.editions import demonstration
from counterfoil.engines.texts import LANGUAGES, catalog
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.refusals import REFUSALS
from counterfoil.operations.words.editions import ASKED_BEFORE_AN_ACCOUNT, WARES
from counterfoil.policy.edition import read_edition
from counterfoil.policy.terms.mail import MailTerms
from counterfoil.policy.terms.profile import IdentificationRules

ROOT = Path(__file__).resolve().parents[3]
OTHERS = [language for language in LANGUAGES if language != "en"]


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("texts_script", ROOT / "scripts" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def places(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def test_the_script_and_the_engine_keep_the_same_languages(script: Any) -> None:
    assert list(script.LANGUAGES) == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_marked_text_is_translated(script: Any, language: str) -> None:
    translate = catalog(language)
    texts = script.marked()
    assert texts
    kept = script.read(language)
    untranslated = [text for text in texts if kept.get(text) is None or not translate(text)]
    assert untranslated == [], "run scripts/texts.py, fill in the empty translations, run it again"
    assert script.missing(kept) == []
    assert {text for text in texts if places(translate(text)) != places(text)} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_guessed_or_left_over(script: Any, language: str) -> None:
    kept = [message for message in script.read(language) if message.id]
    assert [message.id for message in kept if message.fuzzy] == []
    assert {str(message.id) for message in kept} == set(script.marked())
    assert script.read(language).obsolete == {}


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalog_is_current(script: Any, language: str) -> None:
    current = script.current(language)
    assert (script.folder(language) / "counterfoil.po").read_bytes() == script.as_po(current)
    assert (script.folder(language) / "counterfoil.mo").read_bytes() == script.as_mo(current)


def test_only_plain_texts_are_marked() -> None:
    """A text that is put together while the program runs cannot be found by the script."""
    wrong = []
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("mark", "_")
            if named and not (len(node.args) == 1 and isinstance(node.args[0], ast.Constant)):  # type: ignore[attr-defined]  # a parsed call
                wrong.append(f"{path.name}:{node.lineno}")  # type: ignore[attr-defined]  # a parsed call
    assert wrong == []


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_speaks_every_language(script: Any, code: str) -> None:
    said = REFUSALS[code].said
    assert said in script.marked(), f"{code}: write its sentence as mark(...)"
    for language in OTHERS:
        assert catalog(language)(said) != said


@pytest.mark.parametrize("profile", ["us-postal-bank", "us-existing-authority"])
def test_wares_of_the_shipped_editions_are_read_in_spanish(profile: str) -> None:
    edition = read_edition(demonstration(profile))
    mail, rules = edition.terms(MailTerms), edition.terms(IdentificationRules)
    told = [item.title for item in edition.stock.values()]
    told += [one.title for one in mail.services.values()] if mail else []
    asked = rules.before_account if rules else ()
    assert set(told) <= set(WARES)
    assert set(asked) <= set(ASKED_BEFORE_AN_ACCOUNT)
    assert all(catalog("es")(one) != one for one in (*told, *asked))


def test_english_is_the_source() -> None:
    assert catalog("en")("Any text") == "Any text"


def test_the_empty_text_stays_empty() -> None:
    assert [catalog(language)("") for language in LANGUAGES] == ["" for _ in LANGUAGES]


@pytest.mark.parametrize("language", ["", "fr", "../es", "ES"])
def test_another_language_is_refused_by_name(language: str) -> None:
    with pytest.raises(Malformed, match="not a language") as caught:
        catalog(language)
    assert caught.value.field == "language"
