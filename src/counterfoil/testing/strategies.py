"""Random counter work: moves that Hypothesis draws, and seeded histories that every engine plays alike.

Always true: a move names accounts, tills and entries by small numbers, so that shrinking it keeps its meaning; a
history is a function of its seed and of what the office answers, and of nothing else.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from counterfoil.operations.answers import Answer
from counterfoil.operations.desk import Request
from counterfoil.testing.builders import CLERK, OTHER, SUPERVISOR, House, pieces

KINDS = ("deposit", "withdrawal", "transfer", "cash-from-vault", "cash-to-vault", "till-handover", "reversal", "visit")


@dataclass(frozen=True, slots=True)
class Move:
    """One thing asked at a counter. ``amount``: minor units, perhaps too many; ``past`` counts entries back."""

    kind: str
    amount: int
    first: int = 0
    """Which account (0 or 1)."""
    till: int = 0
    """Which till (0 is T1 of 102, 1 is T2 of 103)."""
    past: int = 1


def moves() -> st.SearchStrategy[Move]:
    """A move; small amounts often, so that sums run out and limits are met."""
    amounts = st.one_of(
        st.integers(1, 30), st.integers(1, 30_000), st.sampled_from([20_000, 20_001, 50_000, 50_001, 200_001])
    )
    return st.builds(Move, st.sampled_from(KINDS), amounts, st.integers(0, 1), st.integers(0, 1), st.integers(1, 8))


def request_of(house: House, move: Move) -> Request:
    """The move as this office's request; the other clerk signs too."""
    accounts = (house.account, house.second_account)
    mine, other = accounts[move.first], accounts[1 - move.first]
    till, clerk = (("T1", CLERK), ("T2", OTHER))[move.till]
    second = {CLERK: OTHER, OTHER: CLERK}[clerk]
    fields: dict[str, Any]
    if move.kind == "transfer":
        fields = {"account": mine, "to": other, "amount": move.amount}
    elif move.kind == "reversal":
        fields = {"entry": max(house.desk.size - move.past, 0), "reason": "a mistake"}
    elif move.kind == "till-handover":
        fields = {"till": till, "to_till": {"T1": "T2", "T2": "T1"}[till], "amount": move.amount}
    elif move.kind == "visit":
        services = [
            {"kind": "deposit", "till": till, "account": mine, "amount": move.amount},
            {"kind": "transfer", "account": mine, "to": other, "amount": (move.amount + 1) // 2},
            {"kind": "withdrawal", "till": till, "account": other, "amount": move.amount},
        ]
        fields = {"till": till, "tendered": move.amount, "services": services}
    elif move.kind in ("deposit", "withdrawal"):
        fields = {"till": till, "account": mine, "amount": move.amount}
    else:
        fields = {"till": till, "amount": move.amount}
    return house.request(move.kind, by=clerk, approve=[second], **fields)


def play_history(house: House, seed: int, length: int) -> list[Answer | Exception]:
    """``length`` random requests in random groups, with counts, holds, stamps, pouches and restarts between them."""
    rng = random.Random(seed)
    answers: list[Answer | Exception] = []
    while length > 0:
        if rng.random() < 0.25:
            request = _rare(house, rng)
            group = [request] if request is not None else []
        else:
            group = [request_of(house, _random_move(rng)) for _ in range(rng.choice((1, 1, 2, 5)))]
            if rng.random() < 0.2:
                group.append(group[0])
        answers += house.desk.handle(group)
        length -= len(group) or 1
        if rng.random() < 0.05:
            house.reopened()
    return answers


def _random_move(rng: random.Random) -> Move:
    amount = rng.choice((rng.randint(1, 30), rng.randint(1, 30_000), 20_001, 50_000, 200_001))
    return Move(rng.choice(KINDS), amount, rng.randint(0, 1), rng.randint(0, 1), rng.randint(1, 8))


def _rare(house: House, rng: random.Random) -> Request | None:
    both = {"by": SUPERVISOR, "approve": [CLERK]}
    account = rng.choice((house.account, house.second_account))
    cases = [row.case for row in house.desk.state.legal_hold.all() if row.state == "held"]
    differences = [row for row in house.desk.state.difference.all() if row.clerk]
    makers: list[tuple[str, dict[str, Any]]] = [
        ("legal-hold", {**both, "account": account, "amount": rng.randint(1, 5_000), "authority": "county court"}),
        ("legal-hold-release", {**both, "case": rng.choice(cases) if cases else "H9-9", "reason": "over"}),
        ("account-freeze", {"by": SUPERVISOR, "account": account, "reason": "a court's order"}),
        ("account-unfreeze", {**both, "account": account, "reason": "over"}),
        ("account-close", {"account": account, "reason": "moves away"}),
        ("account-reopen", {"account": account, "reason": "came back"}),
        ("balance-told", {"account": account}),
        ("stock-in", {**both, "item": rng.choice(("forever", "postcard")), "quantity": rng.randint(1, 50)}),
        ("stock-to-till", {"approve": [SUPERVISOR], "till": "T1", "item": "forever", "quantity": rng.randint(1, 30)}),
        ("stamp-sale", {"till": "T1", "item": "forever", "quantity": 2, "amount": 156}),
        ("till-report", {"till": "T1"}),
        ("till-count", {"till": "T1", "count": pieces(max(house.till("T1") + rng.choice((0, 0, -7, 12)), 0))}),
        ("till-close", {"till": "T1", "answer": rng.choice(("accept", "dispute"))}),
        ("till-open", {"till": "T1", "count": pieces(min(house.till("T1"), 500_000))}),
        ("vault-count", {**both, "count": pieces(max(house.balance("vault") + rng.choice((0, 0, -100)), 0))}),
        (
            "difference-dispute",
            {"by": OTHER, "case": differences[-1].case if differences else "D9-9", "reason": "not mine"},
        ),
        (
            "pouch-out",
            {**both, "pouch": f"OUT-{rng.randint(0, 3)}", "office": "9000", "seal": "S", "amount": rng.randint(1, 900)},
        ),
        ("pouch-lost", {**both, "pouch": f"OUT-{rng.randint(0, 3)}", "reason": "robbed"}),
        ("surprise-count", {**both, "till": "T1", "count": pieces(100)}),
    ]
    kind, fields = rng.choice(makers)
    return house.request(kind, **fields)
