"""Distances on the sphere."""

from __future__ import annotations

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segdsl.functions import places
from segdsl.functions.places import EARTH_RADIUS, distance

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((41.01, 28.97), (41.01, 28.97), 0),
        ((0, 0), (0, 180), math.floor(math.pi * EARTH_RADIUS + 0.5)),
        ((90, 0), (-90, 77), math.floor(math.pi * EARTH_RADIUS + 0.5)),
        ((0, 0), (0, 1), 111195),
        ((0, 0), (1, 0), 111195),
        ((0, 179.5), (0, -179.5), 111195),
        ((0, 0), (0, 1e-5), 1),
        ((41.01, 28.97), (39.93, 32.86), 350249),
    ],
)
def test_distances(one: tuple[float, float], other: tuple[float, float], metres: int) -> None:
    assert distance(*one, *other) == metres


@given(latitudes, longitudes, latitudes, longitudes)
def test_symmetric_and_bounded(lat1: float, lon1: float, lat2: float, lon2: float) -> None:
    there = distance(lat1, lon1, lat2, lon2)
    assert there == distance(lat2, lon2, lat1, lon1)
    assert 0 <= there <= math.floor(math.pi * EARTH_RADIUS + 0.5)


@given(latitudes, longitudes, latitudes, longitudes)
def test_agrees_with_the_angle_between_vectors(
    lat1: float, lon1: float, lat2: float, lon2: float
) -> None:
    p1, l1, p2, l2 = map(math.radians, (lat1, lon1, lat2, lon2))
    x1, y1, z1 = math.cos(p1) * math.cos(l1), math.cos(p1) * math.sin(l1), math.sin(p1)
    x2, y2, z2 = math.cos(p2) * math.cos(l2), math.cos(p2) * math.sin(l2), math.sin(p2)
    across = math.hypot(y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2)
    angle = math.atan2(across, x1 * x2 + y1 * y2 + z1 * z2)
    assert abs(distance(lat1, lon1, lat2, lon2) - EARTH_RADIUS * angle) < 1.1


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(places) == (0, 1)
