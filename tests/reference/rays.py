"""Rays through air whose speed of sound changes with height, marched step by step: slow, and obvious.

Written apart from `forehear.air`: Snell's law in small steps of height, no closed form, no shadow formula.
"""

import math
from collections.abc import Callable


def grazing_distance_m(speed_mps: Callable[[float], float], height_m: float, step_m: float = 0.001) -> float:
    """How far the ray that leaves the ground level goes until it has risen to a height.

    `speed_mps` gives the (effective) speed of sound at a height; it must fall with height. By Snell the cosine of
    the ray's slope over the speed is the same everywhere; on the ground the slope is nought.
    """
    on_the_ground = speed_mps(0.0)
    away = height = 0.0
    while height < height_m:
        # Steps grow with height: near the ground the slope changes fast.
        step = min(step_m + 0.002 * height, height_m - height)
        if step <= 0.0:
            break
        cosine = speed_mps(height + 0.5 * step) / on_the_ground
        away += step * cosine / math.sqrt(1.0 - cosine * cosine)
        height += step
    return away
