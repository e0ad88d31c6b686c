"""Stone Soup as its users set it up: on position detections, and on bearings, with and without the delay.

What was chosen, and why: of the pieces that Stone Soup ships, those that were fastest here without losing
accuracy. Positions: linear Kalman filter, constant velocity, k-d tree gating, global nearest neighbour by
two-dimensional assignment, tracks begun after MIN_POINTS detections. Bearings: unscented Kalman filter,
global nearest neighbour, every track begun from the truth (Stone Soup has no initiator from bearings).
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from stonesoup.base import Property
from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D
from stonesoup.deleter.time import UpdateTimeStepsDeleter
from stonesoup.hypothesiser.distance import DistanceHypothesiser
from stonesoup.initiator.simple import MultiMeasurementInitiator
from stonesoup.measures import Mahalanobis
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.measurement.nonlinear import Cartesian2DToBearing
from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
from stonesoup.predictor.kalman import KalmanPredictor, UnscentedKalmanPredictor
from stonesoup.tracker.simple import MultiTargetTracker
from stonesoup.types.array import StateVector, StateVectors
from stonesoup.types.detection import Detection
from stonesoup.types.state import GaussianState
from stonesoup.types.track import Track
from stonesoup.updater.kalman import KalmanUpdater, UnscentedKalmanUpdater

from forehear.air.retarded import apparent_m

Array = NDArray[np.float64]
EPOCH = datetime(2026, 1, 1)
MIN_POINTS = 4
# Gate in sigmas; a detection in a hundred thousand of its own target falls outside.
GATE_SIGMAS = 4.0
LOST_STEPS = 8


class Row(NamedTuple):
    """A track at a time: place and velocity in the plane [m, m/s], and sqrt(trace) of the place's covariance."""

    time_s: float
    track: str
    east_m: float
    north_m: float
    east_mps: float
    north_mps: float
    sigma_m: float


class Answer(NamedTuple):
    """What came out, and the processor time that it took."""

    rows: list[Row]
    cpu_s: float
    detections: int


def _stamp(time_s: float) -> datetime:
    return EPOCH + timedelta(seconds=time_s)


def _motion(power: float) -> CombinedLinearGaussianTransitionModel:
    return CombinedLinearGaussianTransitionModel([ConstantVelocity(power), ConstantVelocity(power)])


def _row(time_s: float, name: str, state: Any) -> Row:
    x = np.asarray(state.state_vector, np.float64).ravel()
    sigma = float(np.sqrt(state.covar[0, 0] + state.covar[2, 2]))
    return Row(time_s, name, x[0], x[2], x[1], x[3], sigma)


def positions(scans: Sequence[tuple[float, Array]], sigma_m: float, power: float) -> Answer:
    """Track position detections: scans of (time [s], (n, 2) east-north [m])."""
    model = LinearGaussian(ndim_state=4, mapping=(0, 2), noise_covar=np.eye(2) * sigma_m**2)
    predictor, updater = KalmanPredictor(_motion(power)), KalmanUpdater(model)
    hypothesiser = DistanceHypothesiser(predictor, updater, measure=Mahalanobis(), missed_distance=GATE_SIGMAS)

    def associator() -> DetectionKDTreeGNN2D:
        return DetectionKDTreeGNN2D(hypothesiser, predictor, updater, number_of_neighbours=5, max_distance=2000.0)

    deleter = UpdateTimeStepsDeleter(LOST_STEPS)
    initiator = MultiMeasurementInitiator(
        prior_state=GaussianState([0.0, 0.0, 0.0, 0.0], np.diag([0.0, 80.0**2, 0.0, 80.0**2])),
        deleter=UpdateTimeStepsDeleter(2),
        data_associator=associator(),
        updater=updater,
        measurement_model=model,
        min_points=MIN_POINTS,
    )
    made = [
        (_stamp(t), {Detection(StateVector(z), timestamp=_stamp(t), measurement_model=model) for z in found})
        for t, found in scans
    ]
    tracker = MultiTargetTracker(initiator, deleter, iter(made), associator(), updater)
    rows: list[Row] = []
    begin = time.process_time()
    for (time_s, _), (_, tracks) in zip(scans, tracker, strict=True):
        rows += [_row(time_s, t.id, t.state) for t in tracks]
    return Answer(rows, time.process_time() - begin, sum(len(found) for _, found in scans))


class DelayedBearing(Cartesian2DToBearing):  # type: ignore[misc]
    """The bearing that sound is heard at: not Stone Soup's, but what a user of it would have to write."""

    c_mps = Property(float, doc="Speed of sound [m/s]")
    above_m = Property(float, doc="Height of the target above the sensor, taken as known [m]")

    def _function(self, state: Any, noise: Any = False, **kwargs: Any) -> StateVectors:
        x = np.asarray(state.state_vector, np.float64)
        offset = np.asarray(self.translation_offset, np.float64)
        r = np.stack([x[0] - offset[0, 0], x[2] - offset[1, 0], np.full(x.shape[1], self.above_m)], axis=-1)
        v = np.stack([x[1], x[3], np.zeros(x.shape[1])], axis=-1)
        # Sigma points may run away: the closed form has no answer at the speed of sound.
        speed = np.linalg.norm(v, axis=-1, keepdims=True)
        v = v * np.minimum(1.0, 0.9 * self.c_mps / np.maximum(speed, 1e-9))
        e = apparent_m(r, v, np.zeros(3), self.c_mps)
        return StateVectors([np.arctan2(e[:, 1], e[:, 0])])


class Bearings(NamedTuple):
    """One report: when it was heard, from where (3,), and the mathematical angles [rad] it heard (n,)."""

    heard_at_s: float
    place_m: Array
    angles_rad: Array
    sigma_rad: float


def bearings(
    reports: Sequence[Bearings], begin: Sequence[Row], seconds: Sequence[float], power: float, c_mps: float | None
) -> Answer:
    """Track bearings; `c_mps` None ignores that sound takes time. `begin`: each track's first state.

    Rows are given at each of `seconds`, predicted from the last state before.
    """
    predictor, updater = UnscentedKalmanPredictor(_motion(power)), UnscentedKalmanUpdater(beta=2)
    hypothesiser = DistanceHypothesiser(predictor, updater, measure=Mahalanobis(), missed_distance=GATE_SIGMAS)
    associator = GNNWith2DAssignment(hypothesiser)
    tracks = {_begun(row) for row in begin}
    names = {t: f"{k}" for k, t in enumerate(tracks)}
    made = [_detections(r, c_mps) for r in reports]
    rows: list[Row] = []
    clock: Iterator[float] = iter(seconds)
    now = next(clock, None)
    started = time.process_time()
    for report, detections in zip(reports, made, strict=True):
        while now is not None and now <= report.heard_at_s:
            rows += [_row(now, names[t], predictor.predict(t.state, timestamp=_stamp(now))) for t in tracks]
            now = next(clock, None)
        if not detections:
            continue
        stamp = _stamp(report.heard_at_s)
        # A track that this sensor says nothing of stays as it is: a prediction would only be stored.
        for track, hypothesis in associator.associate(tracks, detections, stamp).items():
            if hypothesis:
                track.append(updater.update(hypothesis))
    return Answer(rows, time.process_time() - started, sum(len(r.angles_rad) for r in reports))


def _begun(row: Row) -> Track:
    covariance = np.diag([row.sigma_m**2 / 2.0, 10.0**2, row.sigma_m**2 / 2.0, 10.0**2])
    state = GaussianState(
        [row.east_m, row.east_mps, row.north_m, row.north_mps], covariance, timestamp=_stamp(row.time_s)
    )
    return Track([state])


def _detections(report: Bearings, c_mps: float | None) -> set[Detection]:
    common = {
        "ndim_state": 4,
        "mapping": (0, 2),
        "noise_covar": np.array([[report.sigma_rad**2]]),
        "translation_offset": StateVector([[report.place_m[0]], [report.place_m[1]]]),
    }
    model = Cartesian2DToBearing(**common)
    if c_mps is not None:
        model = DelayedBearing(**common, c_mps=c_mps, above_m=400.0 - float(report.place_m[2]))
    stamp = _stamp(report.heard_at_s)
    from stonesoup.types.angle import Bearing

    return {
        Detection(StateVector([Bearing(a)]), timestamp=stamp, measurement_model=model) for a in report.angles_rad
    }
