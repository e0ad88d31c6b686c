"""Those who lie together."""

from collections import Counter

from tests.simulate.second.worlds import played, sources, world


def test_those_who_lie_together_tell_of_the_same_drone() -> None:
    one = world(
        {"colluding_groups": 1, "ceiling_low": 0.95}, flights=[], network={"spacing_m": 1_000}, duration_s=360
    )
    reports, truth = played(one)
    assert not truth
    members = {one.network.sensors[j].id for j in one.plots[0].members}
    assert len(members) == 3
    said = Counter(r.sensor for r, _ in sources(reports))
    assert set(said) == members
    assert min(said.values()) > 20
