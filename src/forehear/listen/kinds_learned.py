"""Placeholder."""

HALF, SCALE = 0.0, 1.0
FOREST = (
    "1 50 3 a78bad92",
    "c-muNfB**vD1(6!ikYAo#)g1~{XlFF03Xl-hy",
)
