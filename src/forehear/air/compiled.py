"""The laws of `air.kernels` compiled, for the loops of the tracker: plain floats in, floats out, put in line.

Only who loops imports this: it loads numba, which the sensor's computer does not have.
"""

from forehear.air import kernels
from forehear.compiled import njit

delay = njit(inline="always")(kernels.delay)
apparent = njit(inline="always")(kernels.apparent)
delay_by_place = njit(inline="always")(kernels.delay_by_place)
along = njit(inline="always")(kernels.along)
ln_doppler = njit(inline="always")(kernels.ln_doppler)
doppler_ratio = njit(inline="always")(kernels.doppler_ratio)
ln_doppler_by_apparent = njit(inline="always")(kernels.ln_doppler_by_apparent)
received_level = njit(inline="always")(kernels.received_level)
level_by_path = njit(inline="always")(kernels.level_by_path)
convective_gain = njit(inline="always")(kernels.convective_gain)
azimuth_by_apparent = njit(inline="always")(kernels.azimuth_by_apparent)
elevation_by_apparent = njit(inline="always")(kernels.elevation_by_apparent)
