"""The laws of sound on its way, once each: delay, Doppler, level, and their exact derivatives.

Each takes plain values or arrays that fit each other, and gives the same back; a vector is three of them (a tuple,
or an array's first axis). `air.retarded` and `air.level` are the checked faces for arrays, `air.compiled` holds
the same functions compiled, for loops. Two others write these formulas down on purpose: the simulator
(`simulate.heard.hearing`), so that the tracker is not tested against itself, and the slow models in the tests. One
still does without a reason: the tracker (`track.estimate.measurement`), whose answers change in their last bits
with the switch.

Symbols: r source minus sensor at the moment of hearing [m]; v the source's velocity, w the wind's, u = v - w that
of the source through the air [m/s]; c the speed of sound [m/s]; d the delay [s]; e = r - u d the way that the
sound took through the air, back from the sensor [m]; |e| = c d its length, the path; n = e / |e|.
What the caller owes: |u| < c, and a path above zero where it is divided by.
"""

from typing import Any

import numpy as np

# 20 / ln 10 and 10 / ln 10: dB of level for a neper of distance, of power.
DB_PER_NEPER = 20.0 / np.log(10.0)
POWER_DB_PER_NEPER = 10.0 / np.log(10.0)

# A float or an array, in and out alike; three of them.
Value = Any
Vector = Any


def delay(r: Vector, u: Vector, c: Value) -> Value:
    """Give d [s], the one positive root of |r - u d| = c d, for r [m], u and c [m/s].

    Checks nothing: at |u| >= c there is no such root, and what comes back is not finite or means nothing.
    Ignores: refraction, changes of velocity within the delay.
    Reference: Orguner and Gustafsson 2011, 10.1109/TSP.2011.2122260, eq. 5, with wind; docs/physics.md, "Sound is
    old news".
    """
    k = c * c - (u[0] * u[0] + u[1] * u[1] + u[2] * u[2])
    ru = r[0] * u[0] + r[1] * u[1] + r[2] * u[2]
    rr = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    return (-ru + np.sqrt(ru * ru + k * rr)) / k


def apparent(r: Vector, u: Vector, d: Value) -> tuple[Value, Value, Value]:
    """Give e [m] for r [m], u [m/s] and d [s]; its direction is what an array hears.

    Reference: docs/physics.md, "Sound is old news".
    """
    return r[0] - u[0] * d, r[1] - u[1] * d, r[2] - u[2] * d


def delay_by_place(e: Vector, path: Value, u: Vector, c: Value) -> tuple[Value, Value, Value]:
    """Give g = dd/dr [s/m]: e / (c |e| + u.e), for e and its length [m], u and c [m/s].

    Of the rest: de/dr = I - u g^T, dd/dv = -d g, de/dv = -d de/dr.
    Reference: our own, implicit differentiation of |r - u d| = c d; docs/physics.md, "Sound is old news".
    """
    part = 1.0 / (c * path + u[0] * e[0] + u[1] * e[1] + u[2] * e[2])
    return e[0] * part, e[1] * part, e[2] * part


def along(n: Vector, v: Vector, w: Vector, c: Value) -> tuple[Value, Value]:
    """Give n.v and c - n.w [m/s]: how fast the source goes away along the sound's way, and the sound comes.

    Reference: docs/physics.md, "Sound is old news".
    """
    return n[0] * v[0] + n[1] * v[1] + n[2] * v[2], c - n[0] * w[0] - n[1] * w[1] - n[2] * w[2]


def ln_doppler(nv: Value, cw: Value) -> Value:
    """Give the natural logarithm of `doppler_ratio` [nepers], of what `along` gives [m/s].

    Reference: docs/physics.md, "Sound is old news".
    """
    return -np.log(1.0 + nv / cw)


def doppler_ratio(nv: Value, cw: Value) -> Value:
    """Give the frequency heard over the one sent, of what `along` gives [m/s]: 1 / (1 + n.v / (c - n.w)).

    Above 1 when approaching. Reference: our own, the derivative of emission by reception time; docs/physics.md,
    "Sound is old news".
    """
    return 1.0 / (1.0 + nv / cw)


def ln_doppler_by_apparent(
    n: Vector, path: Value, v: Vector, w: Vector, known: Vector
) -> tuple[Value, Value, Value]:
    """Give the derivative of ln ratio by e [1/m], at a fixed velocity; `known` is n.v, c - n.w and the ratio.

    `path` is |e| [m], above zero. By the velocity itself, at a fixed e, it is -ratio n / (c - n.w). With
    q = n.v / (c - n.w): dq/dn = v / (c - n.w) + n.v w / (c - n.w)^2, and n turns with what of e's change is
    across it.
    Reference: our own, the chain rule on the Doppler ratio of docs/physics.md, "Sound is old news".
    """
    nv, cw, ratio = known
    by_wind = nv / cw
    qx, qy, qz = v[0] + by_wind * w[0], v[1] + by_wind * w[1], v[2] + by_wind * w[2]
    qn = qx * n[0] + qy * n[1] + qz * n[2]
    s = -ratio / (path * cw)
    return s * (qx - qn * n[0]), s * (qy - qn * n[1]), s * (qz - qn * n[2])


def received_level(source_level_db: Value, path: Value, absorption_db_per_m: Value) -> Value:
    """Give the level at the end of a path [dB]: spherical spreading from 1 m, and absorption.

    Parameters: level at 1 m [dB]; path [m], above zero; absorption [dB/m].
    Reference: ISO 9613-2:1996, eq. 4, 7 and 8.
    """
    return source_level_db - 20.0 * np.log10(path) - absorption_db_per_m * path


def level_by_path(path: Value, absorption_db_per_m: Value) -> Value:
    """Give the derivative of `received_level` by the path [dB/m], at a path [m] and an absorption [dB/m].

    Reference: the derivative of ISO 9613-2:1996, eq. 7 and 8.
    """
    return -DB_PER_NEPER / path - absorption_db_per_m


def convective_gain(ln_ratio: Value, exponent: Value) -> Value:
    """Give by how much a moving source is louder [dB]: 10 exponent log10(Doppler ratio), of its ln.

    `exponent` is the source's make-up: from 0, not at all, to 1.
    Reference: our own choice, docs/decisions/0008-tracker.md, "Half the convective term".
    """
    return exponent * POWER_DB_PER_NEPER * ln_ratio


def azimuth_by_apparent(e: Vector, flat2: Value) -> tuple[Value, Value]:
    """Give the derivative of the azimuth of e, clockwise from north, by e's east and north [rad/m].

    flat2 = e_east^2 + e_north^2 [m^2], or what the caller holds it above.
    Reference: the derivative of the azimuth of docs/physics.md, "Sound is old news".
    """
    part = 1.0 / flat2
    return e[1] * part, -e[0] * part


def elevation_by_apparent(e: Vector, flat2: Value) -> tuple[Value, Value, Value]:
    """Give the derivative of the elevation of e by e [rad/m]; flat2 as in `azimuth_by_apparent`.

    Reference: the derivative of the elevation of docs/physics.md, "Sound is old news".
    """
    flat = np.sqrt(flat2)
    part = 1.0 / (flat2 + e[2] * e[2])
    up = -e[2] * part / flat
    return e[0] * up, e[1] * up, flat * part
