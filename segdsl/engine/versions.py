"""The versions that a result depends on besides its inputs."""

from __future__ import annotations

import zoneinfo
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from segdsl import __version__
from segdsl.functions.folding import folding_version


def versions() -> dict[str, str]:
    """Return the versions of segdsl, of the time zone data, of Unicode and of the engine."""
    return {
        "segdsl": __version__,
        "tzdata": _tzdata(),
        "unicode": folding_version(),
        "polars": version("polars"),
    }


def _tzdata() -> str:
    """Return the release of the time zone data that `zoneinfo` reads, such as `2026a`."""
    for folder in map(Path, zoneinfo.TZPATH):
        for name in ("tzdata.zi", "+VERSION"):
            file = folder / name
            if file.is_file():
                with file.open(encoding="utf-8") as lines:
                    return next(lines, "").removeprefix("# version").strip()
        if (folder / "UTC").is_file():
            return "of the system"
    return str(import_module("tzdata").IANA_VERSION)
