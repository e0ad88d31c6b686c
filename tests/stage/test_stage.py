"""The stage: set up from a play, with keys of its own and a clock that stands, runs and waits for its player."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.service.stand import SITES, network

from forehear.errors import ConfigurationError
from forehear.io.signing import key_from_seed, write_public_key
from forehear.stage import stage
from forehear.stage.stage import CURTAIN_S, LEASH_S, LEASH_WALL_S, Play, check, set_up

START_S = 1_790_000_000.0


def play(**changes: object) -> Play:
    return Play(**({"name": "A \"play\"", "network": network(), "sites": SITES, "kind": "scenario",
                    "what": "single", "start_s": START_S} | changes))  # type: ignore[arg-type]  # fmt: skip


def test_every_sensor_gets_a_new_key_whose_secret_the_player_has(tmp_path: Path) -> None:
    settings, seeds = set_up(play(), tmp_path, "127.0.0.1", 8123)
    _, again = set_up(play(), tmp_path, "127.0.0.1", 8123)
    assert set(seeds) == {s.id for s in network().sensors}
    assert all(seeds[name] != again[name] for name in seeds)
    for sensor in settings.network.sensors:
        assert sensor.public_key == write_public_key(key_from_seed(seeds[sensor.id]))
    assert {s.id for s in settings.sites} == {s.id for s in SITES}


def test_the_service_is_marked_as_an_exercise_and_has_the_plays_name(tmp_path: Path) -> None:
    settings, _ = set_up(play(), tmp_path, "127.0.0.1", 8123)
    service = settings.config.service
    assert (service.name, service.status) == ('A "play"', "Exercise")
    assert service.public_url == "http://127.0.0.1:8123"


@pytest.mark.parametrize(("speed", "tick_s"), [(1.0, 0.2), (10.0, 0.1), (60.0, 0.05)])
def test_a_fast_play_ticks_at_least_once_in_a_second_of_the_stage_while_it_can(
    tmp_path: Path, speed: float, tick_s: float
) -> None:
    settings, _ = set_up(play(speed=speed), tmp_path, "127.0.0.1", 8123)
    assert settings.config.service.tick_s == pytest.approx(tick_s)


def test_what_cannot_be_played_has_all_its_faults(tmp_path: Path) -> None:
    check(1.0, 0)
    check(60.0, 65535, tmp_path)
    (tmp_path / "forehear-data").mkdir()
    with pytest.raises(ConfigurationError) as caught:
        check(61.0, -1, tmp_path)
    assert len(caught.value.faults) == 3


class Wall:
    """This machine's time, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 5_000.0
        monkeypatch.setattr(stage, "time", SimpleNamespace(time=lambda: self.now_s))


def test_the_clock_stands_until_the_curtain_rises_then_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = Wall(monkeypatch)
    clock = stage._Clock(START_S, 10.0)
    wall.now_s += 100.0
    assert clock() == START_S
    hub = SimpleNamespace(newest_heard_s=START_S + 1e6)
    assert clock.rise(hub) == wall.now_s + CURTAIN_S  # type: ignore[arg-type]
    wall.now_s += CURTAIN_S
    assert clock() == START_S
    wall.now_s += 3.0
    assert clock() == pytest.approx(START_S + 30.0)


def test_the_clock_waits_for_a_player_that_cannot_keep_up_and_never_goes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wall = Wall(monkeypatch)
    clock = stage._Clock(START_S, 10.0)
    hub = SimpleNamespace(newest_heard_s=float("-inf"))
    clock.rise(hub)  # type: ignore[arg-type]
    wall.now_s += 1000.0
    leash_s = LEASH_S + LEASH_WALL_S * 10.0
    assert clock() == pytest.approx(START_S + leash_s)
    hub.newest_heard_s = START_S + 50.0
    assert clock() == pytest.approx(START_S + 50.0 + leash_s)
    hub.newest_heard_s = START_S + 20.0
    assert clock() == pytest.approx(START_S + 50.0 + leash_s)
    # Without a player nothing holds it.
    clock.let_go()
    assert clock() == pytest.approx(START_S + 10.0 * (1000.0 - CURTAIN_S))
    wall.now_s -= 500.0
    assert clock() == pytest.approx(START_S + 10.0 * (1000.0 - CURTAIN_S))
