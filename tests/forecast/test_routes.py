"""The ensemble of routes is what its numbers claim."""

import numpy as np
import pytest

from forehear.forecast import routes


@pytest.mark.slow
def test_routes_bend_as_the_observed_flights_did() -> None:
    drawn = routes.draw(20_000, 7200.0)
    flown_over_straight = 7200.0 / np.hypot(drawn.along[:, -1], drawn.across[:, -1])
    # Observed, in few cases: 1.24 in the median, 2.1 at the 90th percentile.
    assert abs(np.median(flown_over_straight) - 1.24) < 0.06
    assert abs(np.quantile(flown_over_straight, 0.9) - 2.1) < 0.2


def test_the_same_seed_gives_the_same_routes_and_they_do_not_lean() -> None:
    one, two = routes.draw(), routes.draw()
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert one.along.shape == (routes.ROUTES, int(routes.HORIZON_S / routes.STEP_S) + 1)
    np.testing.assert_allclose(one.place.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(one.velocity.std(axis=0), 1.0, atol=1e-12)
    # As many bend to the left as to the right, within what 256 draws allow (3.5 sigma).
    right = int((one.across[:, -1] > 0.0).sum())
    assert abs(right - routes.ROUTES / 2) < 3.5 * np.sqrt(routes.ROUTES) / 2
