"""Category 062, judged by two decoders of other people: every item within one least significant bit."""

import math
from typing import Any

import pytest
from tests.io.outlets.made import NOW_S, fixes, track
from tests.peers.environments import judge, verdicts

from forehear.io.outlets.asterix import POSITION_LSB_DEG, AsterixManner, TrackNumbers, blocks
from forehear.io.outlets.fix import TrackFix, sigmas_east_north_m

pytestmark = [pytest.mark.peer, pytest.mark.slow]
MANNER = AsterixManner(25, 7, "Exercise")
# Rounded to the nearest: off by half of one; and a hair for decimal fractions of the decoders' tables.
HALF = 0.5 + 1e-6


@pytest.mark.parametrize("name", ["asterix", "pyasteryx"])
def test_every_item_is_within_one_least_significant_bit(name: str) -> None:
    given = fixes(300, seed=2)
    numbers = TrackNumbers()
    data = b"".join(blocks(given, MANNER, numbers))
    seen = verdicts(judge(name, "asterix", name), data)
    assert len(seen) == 300
    for fix, items in zip(given, seen, strict=True):
        _same(fix, items, numbers.number(fix.track)[0])


def _same(fix: TrackFix, items: dict[str, Any], number: int) -> None:
    one = fix.track
    assert items["010"] == {"SAC": 25, "SIC": 7}
    assert items["040"]["TrkN"] == number
    assert items["070"]["ToT"] == pytest.approx(one.time_s % 86_400.0, abs=HALF / 128.0)
    assert items["105"]["Lat"] == pytest.approx(one.lat, abs=HALF * POSITION_LSB_DEG)
    assert items["105"]["Lon"] == pytest.approx(one.lon, abs=HALF * POSITION_LSB_DEG)
    course = math.radians(one.course_deg)
    assert items["185"]["Vx"] == pytest.approx(one.speed_mps * math.sin(course), abs=HALF * 0.25)
    assert items["185"]["Vy"] == pytest.approx(one.speed_mps * math.cos(course), abs=HALF * 0.25)
    assert items["080"]["CNF"] == (one.status == "tentative")
    assert items["080"]["SIM"] == 1
    assert items["080"].get("CST", 0) == (one.status == "coasting")
    east_m, north_m = sigmas_east_north_m(fix)
    accuracy = items["500"]
    assert accuracy["APC"]["APC_X"] == pytest.approx(east_m, abs=HALF * 0.5)
    assert accuracy["APC"]["APC_Y"] == pytest.approx(north_m, abs=HALF * 0.5)
    # The ellipse comes back: its area, from the three numbers, to what half metres allow.
    root_m = accuracy["COV"]["COV_XY"]
    assert abs(root_m) <= math.sqrt(east_m * north_m) + 1.0
    # A degree of latitude is 110.6 to 111.7 km long.
    latitude_deg = north_m / 111_134.0
    assert accuracy["APW"]["APW_Lat"] == pytest.approx(
        latitude_deg, abs=HALF * POSITION_LSB_DEG + 0.006 * latitude_deg
    )


def test_the_last_message_of_a_track_says_so() -> None:
    ended = [TrackFix(track(time_s=NOW_S)), TrackFix(track(status="ended"))]
    seen = verdicts(judge("pyasteryx", "asterix", "pyasteryx"), b"".join(blocks(ended, MANNER, TrackNumbers())))
    assert [(one["080"]["TSB"], one["080"]["TSE"]) for one in seen] == [(1, 0), (0, 1)]
