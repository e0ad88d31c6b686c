"""What each piece of evidence of `kinds` is worth: by `python -m training --write`, not by hand.

Learned from 16,837 families of synthetic drones and 23,730 of what is none, synthetic and of
recordings under CC0 (Svanstrom).
"""

WEIGHTS = (
    0.67,  # log_evidence from 3.4 to 4.1
    1.02,  # best_lines from 1.8 to 3
    1.02,  # halved from 3 to -3
    1.18,  # stray from 450 to 250
    0.87,  # hiss_db from -20 to -30
    2.56,  # beat from 2.2 to 1.6
    0.73,  # hops from 3 to 6
    1.72,  # coherent from 0.05 to 0.2
    0.3,  # slope from 0.1 to 0.07
    0.82,  # slope from 0.002 to 0.01
    1.59,  # explained from 0.35 to 0.6 and centroid_hz from 250 to 350 and centroid_hz from 900 to 700
    1.47,  # explained from 0.4 to 0.6 and middle from 0.5 to 1.2
    0.63,  # explained from 0.3 to 0.5 and slope from 0.002 to 0.01
    1.02,  # share from 0.1 to 0.03 and explained from 0.35 to 0.55
    0.9,  # not tone_hz from 95 to 70 and centroid_hz from 300 to 200
    2.73,  # not best_lines from 2.2 to 3.6 and present from 0.55 to 0.25
)
BIAS = -16.04
