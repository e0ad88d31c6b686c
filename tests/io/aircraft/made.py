"""Lines and pages as dump1090 and readsb write them, and frames of transponders that others published."""

from datetime import UTC, datetime

from forehear.io.aircraft.judge import AircraftJudge
from forehear.io.ndjson import Rejections

NOW_S = 1_790_000_100.0
# Frames of J. Sun, "The 1090 Megahertz Riddle" (2nd edition, 2021): name of 4840D6; even and odd place of 40621D
# (52.2572 N, 3.91937 E, 38,000 ft); velocity of 485020 (159 kt, 182.88 degrees, -832 ft/min).
IDENTITY = "8D4840D6202CC371C32CE0576098"
EVEN, ODD = "8D40621D58C382D690C8AC2863A7", "8D40621D58C386435CC412692AD6"
VELOCITY = "8D485020994409940838175B284F"


def parity(frame: bytes) -> int:
    """The 24-bit check of Mode S (ICAO annex 10 IV, 3.1.2.3.3): the remainder by its polynomial."""
    rest = int.from_bytes(frame, "big") << 24
    for bit in range(len(frame) * 8 - 1, -1, -1):
        if rest >> (bit + 24) & 1:
            rest ^= 0x1FFF409 << bit
    return rest


def of_another(frame: str, icao: str) -> str:
    """Give a published message as another aircraft would send it."""
    data = bytes.fromhex(frame[:2] + icao + frame[8:22])
    return (data + parity(data).to_bytes(3, "big")).hex().upper()


def stamp(at_s: float) -> str:
    at = datetime.fromtimestamp(at_s, UTC)
    return f"{at:%Y/%m/%d},{at:%H:%M:%S}.{at.microsecond // 1000:03}"


def sbs(
    kind: int, icao: str = "40621D", at_s: float = NOW_S, name: str = "", height: str = "", speed: str = "",
    course: str = "", lat: str = "", lon: str = "", climb: str = "",
) -> bytes:  # fmt: skip
    times = f"{stamp(at_s)},{stamp(at_s)}"
    text = f"MSG,{kind},1,1,{icao},1,{times},{name},{height},{speed},{course},{lat},{lon},{climb},,,,,0"
    return text.encode() + b"\r\n"


def judging(centre: tuple[float, float] | None = (4.0, 52.0)) -> tuple[Rejections, AircraftJudge]:
    rejections = Rejections()
    return rejections, AircraftJudge(rejections, centre)
