"""The player: what it sends is signed, in the stage's time, in the order of arrival, and comes when it is due."""

import asyncio
import gzip
import time
from pathlib import Path

import msgspec
import pytest

from forehear.io.ndjson import RecordWriter
from forehear.io.signing import key_from_seed, open_line, signed_line
from forehear.records import Report
from forehear.stage import player
from forehear.stage.player import Part, Player, merged, recorded, simulated

START_S = 1_000.0
SEEDS = {"A": bytes(32), "B": bytes([1]) * 32}


def report(sensor: str, heard_at_s: float, received_at_s: float | None = None) -> Report:
    return Report(sensor, heard_at_s, received_at_s, 40.0)


def part(**changes: object) -> Part:
    plain = Part("http://127.0.0.1:9", "journal", "r.ndjson", SEEDS, START_S, 1.0)
    return msgspec.structs.replace(plain, **changes)


class Endpoint:
    """Stands where the service would: keeps what is posted, and when; refuses the first `busy` times."""

    def __init__(self, busy: int = 0) -> None:
        self.busy = busy
        self.lines: list[bytes] = []
        self.at_s: list[float] = []

    def __call__(self, body: bytes) -> tuple[int, bytes]:
        if self.busy > 0:
            self.busy -= 1
            return 503, b"later"
        lines = gzip.decompress(body).splitlines()
        self.lines += lines
        self.at_s += [time.time()] * len(lines)
        return 200, b'{"accepted":%d}' % len(lines)


def played(reports: list[Report], endpoint: Endpoint, of: Part) -> tuple[Player, float]:
    began_s = time.time()
    one = Player(of, began_s)
    one._post = endpoint
    asyncio.run(one.play(iter(reports)))
    return one, began_s


def test_a_line_is_what_the_sensor_would_send_without_the_servers_stamp() -> None:
    one = Player(part(shift_s=500.0), 0.0)
    first, second = one.line(report("A", 1000.12345, 1001.0)), one.line(report("A", 1001.0, 1002.0))
    counters = [open_line(line).counter for line in (first, second)]
    assert counters[0] is not None
    assert counters[1] == counters[0] + 1
    own = report("A", 1500.123, 1001.0)
    assert first == signed_line(own, counters[0], key_from_seed(SEEDS["A"]))
    assert b"received_at_s" not in first


def test_each_sensor_counts_for_itself() -> None:
    one = Player(part(), 0.0)
    lines = [one.line(report(name, 1000.0)) for name in ("A", "B", "A")]
    first, other, second = (open_line(line).counter for line in lines)
    assert first is not None
    assert first == other
    assert second == first + 1


def test_reports_come_when_they_are_due_at_the_stages_speed() -> None:
    due = [START_S + 0.0, START_S + 4.0, START_S + 8.0]
    endpoint = Endpoint()
    one, began_s = played([report("A", t, t) for t in due], endpoint, part(speed=10.0))
    assert (one.sent, one.accepted) == (3, 3)
    # Ten seconds of the stage in one of ours: none comes before its time, less what is gathered.
    for at_s, due_s in zip(endpoint.at_s, due, strict=True):
        assert at_s - began_s >= (due_s - START_S) / 10.0 - player.GATHER_S - 0.01
    assert endpoint.at_s == sorted(endpoint.at_s)


def test_a_service_that_says_later_gets_them_later_and_once() -> None:
    endpoint = Endpoint(busy=2)
    one, _ = played([report("A", START_S, START_S)], endpoint, part())
    assert len(endpoint.lines) == one.accepted == 1


def test_a_service_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "PATIENCE_S", 0.3)
    one, _ = played([report("A", START_S, START_S)], Endpoint(busy=1000), part())
    assert (one.sent, one.accepted) == (1, 0)


def test_others_stand_between_by_when_they_arrive() -> None:
    first = [report("A", t, t) for t in (1.0, 3.0, 5.0)]
    others = [report("B", 4.0, 6.0), report("B", 0.5, 2.0), report("B", 9.0)]
    order = [(r.sensor, r.heard_at_s) for r in merged(iter(first), others)]
    assert order == [("A", 1.0), ("B", 0.5), ("A", 3.0), ("A", 5.0), ("B", 4.0), ("B", 9.0)]
    assert list(merged(iter([]), [])) == []


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    reports = [report("A", 1.0, 2.0), report("B", 1.5, 2.5)]
    with (tmp_path / "r.ndjson").open("wb") as stream:
        RecordWriter(stream).write(reports)
    read = list(recorded(str(tmp_path / "r.ndjson")))
    assert [msgspec.json.encode(r) for r in read] == [msgspec.json.encode(r) for r in reports]


def test_a_scenario_gives_its_reports_in_the_order_of_arrival() -> None:
    reports = simulated("single", 3)
    some = [next(reports) for _ in range(500)]
    received = [r.received_at_s or 0.0 for r in some]
    assert received == sorted(received)
