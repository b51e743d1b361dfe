"""How many of some sorted bounds numbers have reached, by bins of equal width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.int64] | npt.NDArray[np.float64]
_BINS = 1 << 12
_ROUNDS = 4  # bounds in one bin; a binary search is no slower with more


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of numbers: a number is in the bin of a bound, before all of it, or after.

    The number of a bin never falls as numbers rise, which is all that has to hold: bounds of
    earlier bins are reached, those of later ones are not, those of the same bin are compared.
    """

    low: float
    scale: float  # 0 where bounds lie too far apart, or too close together: all are in one bin
    earlier: npt.NDArray[np.int64]  # for each bin the bounds in bins before it, and all at last

    @staticmethod
    def of(bounds: Numbers) -> Bins:
        """Return the bins for sorted bounds, of which there is one at least."""
        with np.errstate(over="ignore", invalid="ignore"):
            width = float(bounds[-1]) - float(bounds[0])
            scale = (_BINS - 4) / width if 0 < width < np.inf else float(width == 0)
            # the first and the last bin are of values beyond all bounds
            low = float(bounds[0]) - 1.5 / scale if scale else float(bounds[0])
        is_sound = np.isfinite(scale) and np.isfinite(low)
        low, scale = (low, scale) if is_sound else (float(bounds[0]), 0.0)
        bins = Bins(low, scale, np.zeros(_BINS + 1, np.int64))
        bins.earlier[:] = np.searchsorted(bins.places(bounds), np.arange(_BINS + 1))
        return bins

    @property
    def known(self) -> npt.NDArray[np.uint16]:
        """For each bin without a bound one more than the bounds before it, 0 for others."""
        sizes = np.diff(self.earlier)
        return np.where(sizes > 0, 0, self.earlier[:-1] + 1).astype(np.uint16)

    def places(self, numbers: Numbers) -> npt.NDArray[np.intp]:
        """Return the bin of each number."""
        with np.errstate(over="ignore", invalid="ignore"):
            far = (numbers.astype(np.float64) - self.low) * self.scale
        return np.clip(np.nan_to_num(far, nan=0.0), 0, _BINS - 1).astype(np.intp)


@dataclass(frozen=True, slots=True)
class Places:
    """Bins, and for each its first bound, its second and so on."""

    bins: Bins
    bounds: Numbers
    rounds: tuple[Numbers, ...]

    @staticmethod
    def of(bounds: Numbers) -> Places:
        """Return the places for sorted bounds, of which there is one at least."""
        bins = Bins.of(bounds)
        first, sizes = bins.earlier[:-1], np.diff(bins.earlier)
        if sizes.max() > _ROUNDS:
            return Places(bins, bounds, ())
        never = np.inf if bounds.dtype == np.float64 else np.iinfo(np.int64).max
        rounds = (
            np.where(sizes > i, bounds[np.minimum(first + i, len(bounds) - 1)], never)
            for i in range(int(sizes.max()))
        )
        return Places(bins, bounds, tuple(rounds))

    def write(self, numbers: Numbers, codes: npt.NDArray[np.uint16]) -> None:
        """Write one more than the number of bounds that each number has reached."""
        greatest = np.iinfo(np.int64).max  # stands for a bound that is not there
        is_odd = numbers.dtype == np.int64 and len(numbers) and numbers.max() == greatest
        if not self.rounds or is_odd:
            codes[:] = np.searchsorted(self.bounds, numbers, side="right") + 1
            return
        places = self.bins.places(numbers)
        np.take(self.bins.earlier.astype(np.uint16) + np.uint16(1), places, out=codes, mode="clip")
        for bounds in self.rounds:
            codes += numbers >= bounds.take(places, mode="clip")
