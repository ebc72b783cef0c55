"""What a room may reach for, read from its source; import-linter holds who may import whom.

Each rule is one function from a module's syntax to the findings, and is shown to find what it is for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from architecture.sources import imported, modules, named, place, pure_modules, room, texts, tree

WORLD = frozenset(
    {
        "apsw", "asyncio", "logging", "multiprocessing", "os", "pathlib", "psycopg", "random", "secrets", "shutil",
        "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid",
    }
)  # fmt: skip
CLOCKS = frozenset(
    {
        "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
        "time.clock_gettime", "time.clock_gettime_ns", "time.ctime", "time.gmtime", "time.localtime", "time.strftime",
        "time.time", "time.time_ns",
    }
)  # fmt: skip
CLOCK_ROOM = "engines/clock.py"
SQL_CLOCK = re.compile(r"\bcurrent_(timestamp|date|time)\b|'now'|\b(now|clock_timestamp|unixepoch|julianday)\(\)", re.I)
CHANCE = frozenset({"os.urandom", "os.getrandom", "uuid.uuid1", "uuid.uuid4"})
CHANCE_ROOMS = frozenset({"engines", "faces", "bootstrap", "serving", "client"})

Finding = tuple[int, str]


def world_reached(syntax: ast.Module) -> Iterator[Finding]:
    """Imports of a module that reads or changes the world."""
    for line, name in imported(syntax):
        if any(name == world or name.startswith(f"{world}.") for world in WORLD):
            yield line, f"imports {name}: times, salts, ids and stores come in as arguments"


def clock_read(syntax: ast.Module) -> Iterator[Finding]:
    """Readings of the wall clock, in Python or in SQL. Measuring a duration is not one."""
    for node, name in named(syntax):
        if name in CLOCKS and isinstance(node, ast.expr):
            yield node.lineno, f"reads the clock by {name}"
    for line, text in texts(syntax):
        if SQL_CLOCK.search(text):
            yield line, "reads the database's clock"


def floats_made(syntax: ast.Module) -> Iterator[Finding]:
    """Ways to a float: a literal, a true division, a conversion."""
    for node in ast.walk(syntax):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield node.lineno, f"the float {node.value!r}"
        elif isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield node.lineno, "a true division: money is divided by a function named for its rounding"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield node.lineno, "a conversion to float"


def chance_taken(syntax: ast.Module) -> Iterator[Finding]:
    """Bytes from the machine's chance, which no seed can bring again."""
    for node, name in named(syntax):
        if isinstance(node, ast.expr) and (name in CHANCE or name.startswith("secrets.")):
            yield node.lineno, f"takes chance by {name}; it comes in as an Entropy"


def seedless(syntax: ast.Module) -> Iterator[Finding]:
    """Uses of ``random`` that have no seed of their own."""
    seeded = set()
    for node, name in named(syntax):
        if name == "random.Random":
            seeded.add(node)
        elif isinstance(node, ast.expr) and name.startswith("random."):
            yield node.lineno, f"uses {name}, whose seed is the machine's; make a random.Random(seed)"
    for node in ast.walk(syntax):
        if isinstance(node, ast.Call) and not node.args and node.func in seeded:
            yield node.lineno, "random.Random() without a seed"


def findings(rule: Callable[[ast.Module], Iterable[Finding]], paths: Iterable[Path]) -> list[str]:
    """Every finding of one rule, one line each."""
    return [f"{place(path, line)} {said}" for path in paths for line, said in rule(tree(path))]


def test_below_operations_nothing_reaches_the_world() -> None:
    assert "\n".join(findings(world_reached, pure_modules())) == ""


def test_the_clock_is_read_in_one_module() -> None:
    assert (
        "\n".join(findings(clock_read, (path for path in modules() if not path.as_posix().endswith(CLOCK_ROOM)))) == ""
    )


def test_no_float_comes_near_money() -> None:
    near = [*pure_modules(), *(path for path in modules() if room(path) == "operations")]
    assert "\n".join(findings(floats_made, near)) == ""


def test_chance_comes_from_the_edge_or_from_a_seed() -> None:
    assert "\n".join(findings(chance_taken, (path for path in modules() if room(path) not in CHANCE_ROOMS))) == ""
    assert "\n".join(findings(seedless, modules())) == ""


def test_there_is_something_to_look_at() -> None:
    assert {"kernel", "ledger", "facts", "journal"} <= {room(path) for path in pure_modules()}


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (world_reached, "import os"),
        (world_reached, "from os import path"),
        (world_reached, "import os.path as p"),
        (world_reached, "def f() -> None:\n    from time import time"),
        (world_reached, "from urllib.request import urlopen"),
        (clock_read, "from datetime import datetime\nx = datetime.now()"),
        (clock_read, "import datetime as d\nx = d.date.today"),
        (clock_read, "from time import time as t\nx = t()"),
        (clock_read, "x = 'INSERT INTO t VALUES (CURRENT_TIMESTAMP)'"),
        (clock_read, "x = \"SELECT datetime('now')\""),
        (floats_made, "x = 0.5"),
        (floats_made, "x = a / b"),
        (floats_made, "x /= 2"),
        (floats_made, "x = float('1')"),
        (chance_taken, "import os\nx = os.urandom(16)"),
        (chance_taken, "from secrets import token_bytes\nx = token_bytes(16)"),
        (seedless, "import random\nx = random.random()"),
        (seedless, "from random import Random\nx = Random()"),
    ],
)
def test_each_rule_finds_what_it_is_for(rule: Callable[[ast.Module], Iterable[Finding]], source: str) -> None:
    assert len(list(rule(ast.parse(source)))) >= 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (world_reached, "import operator\nfrom counterfoil.kernel import outcomes"),
        (world_reached, "import osmium"),
        (clock_read, "import time\nx = time.perf_counter()"),
        (clock_read, "def f(clock):\n    return clock.now()"),
        (clock_read, '"""Where now() is explained."""'),
        (floats_made, "x = a // b\ny = isinstance(z, float)"),
        (seedless, "from random import Random\nx = Random(7)"),
    ],
)
def test_each_rule_leaves_the_rest_alone(rule: Callable[[ast.Module], Iterable[Finding]], source: str) -> None:
    assert list(rule(ast.parse(source))) == []
