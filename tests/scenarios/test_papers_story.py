"""Rosa's papers: what she takes home from the window, made from the books of a real office.

Rosa pays in her wages, takes out rent money, and asks what the month looked like. She reads Spanish, and her eyes are
not what they were: the statement is in large print. Nothing that is printed changes the books, and printed again it
is the same paper, to the byte. What a statement says is what the books say.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from counterfoil import bootstrap
from counterfoil.engines.printing import pdf
from counterfoil.engines.texts import catalog
from counterfoil.kernel.money import USD, Money
from counterfoil.operations.documents import kept
from counterfoil.operations.documents.reading import write
from counterfoil.operations.queries import account_book
from counterfoil.operations.store import OfficeStore
from counterfoil.testing import offices as o

pypdfium2 = pytest.importorskip("pypdfium2", reason="papers are read back by another program")


def printed(store: OfficeStore, account: str) -> bytes:
    statement = kept.statement_of(store, account, catalog("es"))
    return pdf.render(write("statement", statement, "es", catalog("es")), large=True)


def read_aloud(paper: bytes) -> str:
    """What a screen reader would find on it."""
    document = pypdfium2.PdfDocument(paper)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_a_month_on_paper(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    account = o.new_office(folder)  # It begins with 100.00.
    with o.seated(folder) as office:
        o.done(office.desk, o.deposit(office.desk, 20, 61_250))  # Wages.
        o.done(office.desk, o.withdrawal(office.desk, 21, 45_000))  # Rent.
        wrong = o.done(office.desk, o.deposit(office.desk, 22, 700)).entries[0].sequence
        o.done(office.desk, o.reversal(office.desk, 23, wrong))  # It was somebody else's.
        size = office.desk.store.size(1)

        # The statement is made beside the working office, from a store that is opened to read.
        store = bootstrap.open_store(folder, bootstrap.read_settings(folder), read_only=True)
        try:
            paper = printed(store, account)
            balance = -account_book(store, account)["balance"]
            assert printed(store, account) == paper, "printed again, it is the same paper"
            assert store.size(1) == size == office.desk.store.size(1), "printing records nothing"
        finally:
            store.close()

    text = read_aloud(paper)
    assert balance == 10_000 + 61_250 - 45_000
    assert f"Saldo al final {Money(balance, USD)}" in text
    lines = re.findall(r"2 mar 2026 (Depósito|Retiro|Anulación) ([+-]\$[\d,.]+) (\$[\d,.]+)", text)
    assert [amount for _, amount, _ in lines] == ["+$100.00", "+$612.50", "-$450.00", "+$7.00", "-$7.00"]
    assert lines[-1][-1] == str(Money(balance, USD))
    assert account not in text, "a lost paper tells only the last four digits"
    assert account[-4:] in text
