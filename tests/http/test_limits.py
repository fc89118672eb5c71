"""How often a password may be guessed."""

from tocsin.http.limits import AttemptLimit

ANN, BEN = ("ann@example.org", "10.0.0.1"), ("ben@example.org", "10.0.0.1")


def failed(attempts: AttemptLimit, times: int, at: float = 0) -> None:
    for _ in range(times):
        assert attempts.wait(ANN, at) == 0
        attempts.begin(ANN, at)


def test_the_eleventh_attempt_waits_until_the_first_is_five_minutes_old() -> None:
    attempts = AttemptLimit()
    failed(attempts, 10)
    assert attempts.wait(ANN, 100) == 200
    assert attempts.wait(BEN, 100) == 0
    assert attempts.wait(ANN, 300) == 0


def test_success_forgets_what_failed_before() -> None:
    attempts = AttemptLimit()
    failed(attempts, 10)
    attempts.succeed(ANN)
    failed(attempts, 10, at=1)


def test_guessing_cannot_fill_the_memory() -> None:
    attempts = AttemptLimit(remembered=3)
    for number in range(10):
        attempts.begin((f"{number}", None), 0)
    assert len(attempts._failures) == 3
