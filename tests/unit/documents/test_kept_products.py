"""Papers of products made from the books: what is printed is what the entry says."""

from __future__ import annotations

import pytest

from counterfoil.engines.texts import catalog
from counterfoil.facts.checks import CheckDeposited
from counterfoil.facts.loans import LoanOpened
from counterfoil.kernel.money import USD
from counterfoil.kernel.outcomes import Malformed
from counterfoil.office.rules import edition
from counterfoil.operations.desk import read_entry
from counterfoil.operations.documents import kept
from counterfoil.operations.documents.hold import hold_paper
from counterfoil.operations.documents.loan import loan_paper
from counterfoil.operations.documents.paper import Words, texts
from counterfoil.operations.documents.savings import savings_paper
from counterfoil.policy.terms.savings import SavingsTerms
from counterfoil.testing.builders import House
from scenarios.test_demo_season import season


@pytest.fixture(scope="module")
def house() -> House:
    return season(days=40, people=60)[0]


def test_the_paper_of_a_loan_is_its_entrys(house: House) -> None:
    loans = house.desk.state.loan.all()
    assert len(loans) > 3
    for row in loans:
        made = kept.loan_of_books(house.store, row.loan)
        facts = read_entry(house.store.entries(row.epoch, row.sequence, 1)[0]).facts
        fact = next(one for one in facts if isinstance(one, LoanOpened))
        assert (made.lent, made.total_of_payments, made.apr_percent) == (fact.amount, fact.total, fact.apr)
        assert {due.total for due in made.dues[:-1]} <= {fact.payment}
        assert made.dues[-1].total == fact.last_payment
        printed = " ".join(texts(loan_paper(made, Words("en", USD, catalog("en")))))
        for text in (f"{fact.apr}%", Words("en", USD, catalog("en")).money(fact.total), "391.07%"):
            assert text in printed
    with pytest.raises(Malformed, match="no loan"):
        kept.loan_of_books(house.store, "5000000000")


def test_the_paper_of_a_passbook_is_the_editions(house: House) -> None:
    books = [row for row in house.desk.state.holding.all() if row.product == "passbook"]
    made = kept.savings_of_books(house.store, books[0].account)
    terms = edition(house.desk.state).terms(SavingsTerms)
    assert terms is not None
    assert (made.rate, made.least_to_open) == (terms.accounts["passbook"].rate_percent / 100, 100)
    printed = " ".join(texts(savings_paper(made, Words("en", USD, catalog("en")))))
    assert f"{made.apy}%" in printed
    assert made.apy == "2.02"
    with pytest.raises(Malformed, match="not a customer's account"):
        kept.savings_of_books(house.store, "4000000002")


def test_the_notice_of_a_deposit_is_its_entrys(house: House) -> None:
    found = 0
    for row in house.desk.state.check_item.all():
        facts = read_entry(house.store.entries(row.epoch, row.sequence, 1)[0]).facts
        fact = next((one for one in facts if isinstance(one, CheckDeposited)), None)
        if fact is None or not fact.holds:
            with pytest.raises(Malformed, match="no notice"):
                kept.hold_of_books(house.store, row.case)
            continue
        found += 1
        made = kept.hold_of_books(house.store, row.case)
        assert (made.deposit, [[one.on.isoformat(), one.cents] for one in made.days]) == (fact.amount, fact.holds)
        words = Words("es", USD, catalog("es"))
        assert words.money(fact.amount) in " ".join(texts(hold_paper(made, words)))
    assert found > 2
