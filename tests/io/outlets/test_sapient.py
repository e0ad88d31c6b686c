"""Frames, identifiers, time stamps and answers of SAPIENT; tests/peers has Dstl's own reader."""

import re

import pytest
from tests.io.outlets.made import NOW_S, SITE, alert, fixes, track

from forehear.io.outlets import sapient
from forehear.io.outlets.fix import TrackFix
from forehear.io.outlets.protobuf import fields, nested, text, whole

MANNER = sapient.SapientManner("ab12", "Одеса", "Actual")


def test_a_ulid_is_a_moment_and_what_is_named() -> None:
    one = sapient.ulid(1_469_918_176.385, "a", "bc")
    # The time stamp of the specification's own example.
    assert one[:10] == "01ARYZ6S41"
    assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", one)
    assert one == sapient.ulid(1_469_918_176.385, "a", "bc")
    assert one != sapient.ulid(1_469_918_176.385, "ab", "c")
    assert sapient.ulid(0.0, "x")[:10] == "0" * 10


def test_a_node_s_name_is_always_the_same_and_of_version_4() -> None:
    assert MANNER.node_id == sapient.SapientManner("ab12", "another title", "Exercise").node_id
    assert MANNER.node_id != MANNER._replace(name="cd34").node_id
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", MANNER.node_id)


def test_a_track_keeps_its_object_and_each_report_is_another() -> None:
    def ids(now_s: float, name: str = "T7") -> tuple[object, object]:
        content = dict(fields(sapient.detection_report(MANNER, TrackFix(track(name)), NOW_S, now_s)))
        report = dict(fields(content[7]))  # type: ignore[arg-type]
        return report[1], report[2]

    assert ids(NOW_S)[1] == ids(NOW_S + 1.0)[1]
    assert ids(NOW_S)[0] != ids(NOW_S + 1.0)[0]
    assert ids(NOW_S)[1] != ids(NOW_S, "T8")[1]


def test_frames_end_anywhere() -> None:
    messages = [sapient.detection_report(MANNER, fix, NOW_S, NOW_S) for fix in fixes(20)]
    data = b"".join(map(sapient.frame, messages))
    assert data[:4] == len(messages[0]).to_bytes(4, "little")
    rest, seen = b"", []
    for k in range(0, len(data), 7):
        more, rest = sapient.unframe(rest + data[k : k + 7])
        seen += more
    assert seen == messages
    assert rest == b""
    with pytest.raises(ValueError, match="4294967295 bytes"):
        sapient.unframe(b"\xff\xff\xff\xff")


def test_what_a_fusion_node_answers() -> None:
    accepted = nested(5, whole(1, 1))
    refused = nested(5, text(3, "not yours"), text(3, "too many"))
    wrong = nested(12, nested(1, b"\x00"), text(3, "missing field"))
    assert sapient.answer_of(accepted) == sapient.FusionAnswer(True, ())
    assert sapient.answer_of(refused) == sapient.FusionAnswer(False, ("not yours", "too many"))
    assert sapient.answer_of(wrong) == sapient.FusionAnswer(None, ("missing field",))
    # A task is no answer, and nothing follows from it.
    assert sapient.answer_of(nested(8, text(1, "look there"))) == sapient.FusionAnswer()


def test_an_exercise_is_marked_in_every_message() -> None:
    drill = MANNER._replace(status="Exercise")

    def made(manner: sapient.SapientManner) -> list[bytes]:
        return [
            sapient.registration(manner, 3, NOW_S), sapient.status_report(manner, {}, NOW_S),
            sapient.detection_report(manner, TrackFix(track()), NOW_S, NOW_S),
            sapient.alert_message(manner, alert(), SITE, "Одеса", NOW_S),
        ]  # fmt: skip

    assert all(b"EXERCISE" in message for message in made(drill))
    assert not any(b"EXERCISE" in message for message in made(MANNER))
