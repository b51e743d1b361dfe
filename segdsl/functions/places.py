"""Distances between places on a sphere."""

from __future__ import annotations

import math

EARTH_RADIUS = 6_371_008.8
"""In metres: the mean radius R1 of the GRS 80 ellipsoid (H. Moritz, 1980), (2a + b) / 3."""

DEGREE = math.pi / 180.0
"""In radians."""


def distance(lat1: float, lon1: float, lat2: float, lon2: float) -> int:
    """Return the great-circle distance of two places, in whole metres.

    Latitudes and longitudes are degrees. The formula is the haversine one (R. W. Sinnott, Virtues
    of the Haversine, Sky and Telescope 68, 1984). Every backend computes it in 64-bit floats and in
    this order, a side that is constant being computed likewise:

    1. p1 = lat1 × DEGREE, p2 = lat2 × DEGREE
    2. s = sin((p2 - p1) × 0.5), t = sin((lon2 × DEGREE - lon1 × DEGREE) × 0.5)
    3. h = s × s + (cos p1 × cos p2) × (t × t), and 1 where that is more
    4. floor((2 × EARTH_RADIUS) × arcsin(√h) + 0.5)

    >>> distance(41.01, 28.97, 39.93, 32.86)  # İstanbul to Ankara
    350249
    """
    p1, p2 = lat1 * DEGREE, lat2 * DEGREE
    s = math.sin((p2 - p1) * 0.5)
    t = math.sin((lon2 * DEGREE - lon1 * DEGREE) * 0.5)
    h = min(s * s + (math.cos(p1) * math.cos(p2)) * (t * t), 1.0)
    return math.floor((2.0 * EARTH_RADIUS) * math.asin(math.sqrt(h)) + 0.5)
