"""Texts in the reader's language, from the catalogs in ``counterfoil/locale``.

Always true (``tests/unit/engines/test_texts.py``): English is the text in the source; every text marked there has a
Spanish one with the same ``{fields}`` (``test_every_marked_text_is_translated``); the compiled catalog is what the
readable one says (``test_the_compiled_catalog_is_current``). ``scripts/texts.py`` writes both.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from typing import Final

from counterfoil.kernel.outcomes import Fault, Malformed, Translate, untranslated

LANGUAGES: Final = ("en", "es")


@cache
def catalog(language: str) -> Translate:
    """Gives each marked text in ``language`` (``en`` or ``es``); one it does not know comes back in English.

    Raises ``Malformed`` (field ``language``) for another language, ``Fault`` if a catalog is missing or damaged.
    """
    if language not in LANGUAGES:
        raise Malformed(f"{language!r} is not a language kept here: {', '.join(LANGUAGES)}", field="language")
    if language == "en":
        return untranslated
    place = files("counterfoil") / "locale" / language / "LC_MESSAGES" / "counterfoil.mo"
    try:
        with place.open("rb") as file:
            found = GNUTranslations(file)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise Fault(f"the catalog of {language!r} cannot be read: {error}") from None
    # To gettext the empty text is the catalog's header.
    return lambda text: found.gettext(text) if text else ""
