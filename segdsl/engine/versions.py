"""The versions that a result depends on besides its inputs."""

from __future__ import annotations

import zoneinfo
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from segdsl import __version__
from segdsl.functions.folding import folding_version

_ZONE = "Europe/London"  # every set of time zone data has it


def versions() -> dict[str, str]:
    """Return the versions of segdsl, of the time zone data, of Unicode and of the engine."""
    return {
        "segdsl": __version__,
        "tzdata": _tzdata(),
        "unicode": folding_version(),
        "polars": version("polars"),
    }


def _tzdata() -> str:
    """Return the release of the time zone data that `zoneinfo` reads: `2026a of the system`.

    It takes the first folder of its path that has the zone, and the package `tzdata` only where
    none has.
    """
    folder = next((path for path in map(Path, zoneinfo.TZPATH) if (path / _ZONE).is_file()), None)
    if folder is None:
        return f"{import_module('tzdata').IANA_VERSION} of the package tzdata"
    for name in ("tzdata.zi", "+VERSION"):
        file = folder / name
        if file.is_file():
            with file.open(encoding="utf-8") as lines:
                return f"{next(lines, '').removeprefix('# version').strip()} of the system"
    return "of the system"
