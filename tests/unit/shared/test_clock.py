"""What time it is: the system's, unless a simulation says another."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import clock

ROOT = Path(__file__).parents[3]
RULES_ABOUT_PEOPLE = [
    path
    for service in ("candidates", "engagement", "analytics")
    for part in ("api", "consumers", "use_cases")
    for path in (ROOT / "services" / service / part).rglob("*.py")
    if path.name != "reconcile.py"  # publishes again what was not confirmed: a matter of the system's time
]


def test_without_a_file_the_systems_time_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for file in ("", str(tmp_path / "clock")):
        monkeypatch.setenv(clock.VARIABLE, file)

        assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_file_says_what_time_it_is_until_it_gives_the_systems_time_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "clock"
    monkeypatch.setenv(clock.VARIABLE, str(file))
    moment = datetime(2025, 3, 2, 9, 15, tzinfo=UTC)

    clock.simulate(file, moment)
    assert clock.now() == moment

    clock.simulate(file, None)
    assert clock.now() > moment + timedelta(days=365)


def test_a_file_without_a_moment_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    (tmp_path / "clock").write_text("noon")

    with pytest.raises(ValueError, match="noon"):
        clock.now()


@pytest.mark.parametrize("path", RULES_ABOUT_PEOPLE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_rule_about_people_asks_this_clock(path: Path) -> None:
    assert "datetime.now(" not in path.read_text(), "ask shared.clock.now() instead: a simulation says what time it is"
