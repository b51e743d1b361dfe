"""What can be made of the values of a customer's events."""

from __future__ import annotations

from enum import StrEnum


class Gather(StrEnum):
    """What is made of the known values of a customer's events."""

    COUNT = "count of"
    DISTINCT = "count of distinct"
    SUM = "sum of"
    AVERAGE = "average of"
    MIN = "min of"
    MAX = "max of"
    FIRST = "first of"
    LAST = "last of"
    MOST_COMMON = "most common of"
