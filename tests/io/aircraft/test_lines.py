"""aircraft.ndjson: the contract's example, and lines that are none."""

import io

import msgspec
from tests.io.aircraft.made import NOW_S

from forehear.io.aircraft.lines import read_aircraft
from forehear.io.ndjson import Rejections
from forehear.records import KnownAircraft


def line(time_s: float = NOW_S, **changes: object) -> bytes:
    fields = {
        "time_s": time_s, "id": "4CA2D6", "lon": 31.0, "lat": 47.0, "height_m": 900.0, "east_mps": 60.0,
        "north_mps": 0.0, "up_mps": 0.0, "accuracy_m": 92.6, "category": "A7",
    }  # fmt: skip
    return msgspec.json.encode({**fields, **changes}) + b"\n"


def read(data: bytes) -> tuple[list[KnownAircraft], Rejections]:
    rejections = Rejections()
    return list(read_aircraft(io.BytesIO(data), rejections)), rejections


def test_the_contract_s_keys_there_and_back() -> None:
    found, rejections = read(line() + line(NOW_S + 1.0, unknown=1))
    assert [one.time_s for one in found] == [NOW_S, NOW_S + 1.0]
    assert (found[0].accuracy_m, found[0].category) == (92.6, "A7")
    assert msgspec.json.decode(msgspec.json.encode(found[0]), type=KnownAircraft) == found[0]
    assert rejections.rejected == 0


def test_lines_that_are_none_are_counted_and_the_others_read() -> None:
    data = b"\xef\xbb\xbf" + line() + line()[:50] + b"\n" + b"\n" + line(lat=99.0) + line() + line(NOW_S + 2.0)
    found, rejections = read(data)
    assert [one.time_s for one in found] == [NOW_S, NOW_S + 2.0]
    assert dict(rejections.by_reason) == {"not JSON": 1, "impossible field": 1, "duplicate": 1}


def test_a_file_is_of_any_time() -> None:
    assert len(read(line(10.0))[0]) == 1
