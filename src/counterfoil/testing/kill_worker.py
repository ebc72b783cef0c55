"""A process that makes deposits until it is killed: ``python -m counterfoil.testing.kill_worker FOLDER FIRST SEED``.

It sits down at the office that ``testing.offices.new_office`` made, says ``ready``, and then prints the number of
every request whose answer has left the desk, from ``FIRST`` on, in groups of one to four by ``SEED``. What it prints is
what a customer was told, so whoever kills it knows what must be on record
(``test_what_was_told_before_the_kill_is_on_record``).
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from counterfoil.operations.answers import Accepted
from counterfoil.testing.offices import deposit, seated

GROUP_MAX = 4


def amount(number: int) -> int:
    """What request ``number`` pays in, minor units."""
    return 1 + number % 7


def work(folder: Path, first: int, seed: int) -> None:
    """Works without end; every answer is told as soon as it is there."""
    chance, number = random.Random(seed), first
    with seated(folder, seed=seed) as office:
        say("ready")
        while True:
            numbers = range(number, number + chance.randint(1, GROUP_MAX))
            answers = office.desk.handle([deposit(office.desk, one, amount(one)) for one in numbers])
            for one, answer in zip(numbers, answers, strict=True):
                assert isinstance(answer, Accepted), answer
                say(str(one))
            number = numbers[-1] + 1


def say(word: str) -> None:
    """One line, in one write to the pipe: a line is told whole or not at all."""
    os.write(sys.stdout.fileno(), f"{word}\n".encode())


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
