"""The queue's two promises: order, and never without a place's newest state."""

from hypothesis import given
from hypothesis import strategies as st
from tests.service.outlets.receivers import outgoing

from forehear.service.outlets.queue import AlertQueue


def drain(queue: AlertQueue) -> list[int]:
    out = []
    while (item := queue.head()) is not None:
        queue.done(item)
        out.append(item.number)
    return out


def test_alerts_leave_in_their_order() -> None:
    queue = AlertQueue()
    for k in range(1, 6):
        queue.put(outgoing(k, site=f"s{k % 2}"))
    assert drain(queue) == [1, 2, 3, 4, 5]


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["watch", "warning", "cancelled"])), max_size=60))
def test_however_many_come_each_place_s_newest_stays(given_: list[tuple[int, str]]) -> None:
    queue = AlertQueue(most=7)
    newest = {}
    for number, (site, state) in enumerate(given_, 1):
        queue.put(outgoing(number, state, f"s{site}"))
        newest[f"s{site}"] = number
    assert len(queue) <= max(7, len(newest))
    left = drain(queue)
    assert left == sorted(left)
    assert set(newest.values()) <= set(left)
    assert queue.superseded == len(given_) - len(left)


def test_more_places_than_may_wait_lose_nothing() -> None:
    queue = AlertQueue(most=10)
    for k in range(1, 51):
        queue.put(outgoing(k, site=f"s{k}"))
    assert drain(queue) == list(range(1, 51))


def test_what_is_refused_goes_to_the_end_unless_it_is_old_by_then() -> None:
    queue = AlertQueue()
    first, second, third = outgoing(1, site="a"), outgoing(2, site="b"), outgoing(3, site="b")
    for one in (first, second, third):
        queue.put(one)
    queue.later(first)
    assert queue.head() == second
    queue.later(second)
    assert drain(queue) == [3, 1]
    assert queue.superseded == 1


def test_people_get_one_message_a_new_state() -> None:
    queue = AlertQueue(once_a_state=True)
    assert not queue.put(outgoing(1, "cancelled")), "of nothing that they knew of"
    assert queue.put(outgoing(2, "watch"))
    assert queue.put(outgoing(3, "warning"))
    assert len(queue) == 1, "the newest alone waits"
    assert drain(queue) == [3]
    assert not queue.put(outgoing(4, "warning")), "times changed, and nothing else"
    assert queue.put(outgoing(5, "cancelled"))
    assert drain(queue) == [5]


def test_what_is_too_old_goes_but_for_each_place_s_newest() -> None:
    queue = AlertQueue()
    for number, (site, at_s) in enumerate([("a", 10.0), ("a", 20.0), ("b", 10.0), ("a", 90.0)], 1):
        queue.put(outgoing(number, site=site, at_s=at_s))
    assert queue.expire(50.0) == 2
    assert drain(queue) == [3, 4]


def test_the_place_to_go_on_from_is_before_the_first_that_waits() -> None:
    queue = AlertQueue()
    assert queue.waiting_from() is None
    for number in (0, 5, 6):
        queue.put(outgoing(number, site=f"s{number}"))
    assert queue.waiting_from() == 5
