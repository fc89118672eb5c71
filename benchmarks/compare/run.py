"""Runs comparisons."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.compare.change import change
from benchmarks.compare.environment import SERVER, Seeded, seeded
from benchmarks.compare.figures import Figure, Size
from benchmarks.compare.idle import idle
from benchmarks.compare.million import million
from benchmarks.compare.path import path
from benchmarks.compare.poison import poison
from benchmarks.compare.received import received
from benchmarks.compare.storm import storm
from benchmarks.environment import server

SIZES = (Size(1_000, 100), Size(10_000, 1_000), Size(100_000, 10_000))
_ONE_SIZE = (Size(10_000, 1_000),)
_QUICK = (Size(500, 100),)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``due_together`` more alerts are there for it."""

    run: Callable[[Seeded], AsyncIterator[Figure]]
    sizes: Sequence[Size] = SIZES
    due_together: int = 0


COMPARISONS: Mapping[str, Comparison] = {
    "compare-path": Comparison(path),
    "compare-storm": Comparison(storm, due_together=10_000),
    "compare-received": Comparison(received, _ONE_SIZE, due_together=10_000),
    "compare-idle": Comparison(idle),
    "compare-change": Comparison(change),
    "compare-poison": Comparison(poison, _ONE_SIZE, due_together=1_000),
}

# Tocsin alone, by the same means.
GROWTH: Mapping[str, Comparison] = {"million": Comparison(million, (SIZES[-1], Size(1_000_000, 10_000)), 10_000)}


async def compare(comparisons: Mapping[str, Comparison], *, quick: bool) -> list[Figure]:
    """All figures of the comparisons. ``quick`` is to see that they work: a small size only."""
    figures: list[Figure] = []
    async with server(**SERVER) as dsn:
        for name, comparison in comparisons.items():
            for size in _QUICK if quick else comparison.sizes:
                together = min(comparison.due_together, 600) if quick else comparison.due_together
                print(f"{name}, {size} …", flush=True)
                async with seeded(dsn, size, together) as seed:
                    figures += [figure async for figure in comparison.run(seed)]
    return figures
