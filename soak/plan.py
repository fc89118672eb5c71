"""Which faults, in which order: decided by the seed alone, so that the same seed gives the same sequence again."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "kill",
    "terminate",
    "pause",
    "restart fast",
    "restart immediate",
    "cut",
    "freeze",
    "delay",
    "take connections",
    "hold locks",
    "clock",
    "poison alert",
    "poison zone",
    "lose jobs",
    "miss changes",
]
KINDS: Sequence[Kind] = get_args(Kind)
PhoneKind = Literal["hangs", "fails", "refuses"]
_PHONE_KINDS: Sequence[PhoneKind] = get_args(PhoneKind)

_ONE_AT_A_TIME = 0.6
_HURRIED = 0.2


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. Those that last do so for ``seconds``; ``chance``, in [0, 1), picks one of what there is.

    ``everything``: it hits all processes, else the one that ``chance`` picks. After it there is a ``pause`` (seconds);
    it begins when the fault is over and, unless ``hurried``, all is well again.
    """

    number: int
    kind: Kind
    seconds: float
    chance: float
    everything: bool
    minutes: float
    pause: float
    hurried: bool


@dataclass(frozen=True, slots=True)
class PhoneFault:
    """After ``pause`` seconds a phone, picked by ``chance``, does not answer as it should for ``seconds``."""

    kind: PhoneKind
    pause: float
    seconds: float
    chance: float


def faults(seed: int, kinds: Sequence[Kind] = KINDS) -> Iterator[Fault]:
    """The endless sequence. Each kind comes once before any comes again, but time passes more often."""
    draw = random.Random(f"{seed} faults")
    number = 0
    while True:
        bag = [*kinds, *["clock" for _ in range(len(kinds) // 4)]]
        draw.shuffle(bag)
        for kind in bag:
            number += 1
            yield Fault(
                number,
                kind,
                seconds=round(draw.uniform(1, 8), 1),
                chance=draw.random(),
                everything=draw.random() > _ONE_AT_A_TIME,
                minutes=round(draw.choice([draw.uniform(0.5, 2), draw.uniform(2, 15)]), 1),
                pause=round(draw.uniform(0, 4), 1),
                hurried=draw.random() < _HURRIED,
            )


def phone_faults(seed: int) -> Iterator[PhoneFault]:
    """The endless sequence of what the phones do beside."""
    draw = random.Random(f"{seed} phones")
    while True:
        yield PhoneFault(
            draw.choice(_PHONE_KINDS),
            pause=round(draw.uniform(2, 15), 1),
            seconds=round(draw.uniform(1, 15), 1),
            chance=draw.random(),
        )
