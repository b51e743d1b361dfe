"""The time zone data that a record names are those that `zoneinfo` reads."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
import tzdata

from segdsl.engine.versions import versions


@pytest.fixture
def search_path() -> Iterator[None]:
    before = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(before)


@pytest.mark.usefixtures("search_path")
def test_the_first_folder_with_zones_counts_then_the_package(tmp_path: Path) -> None:
    bare, full = tmp_path / "bare", tmp_path / "full"
    (full / "Europe").mkdir(parents=True)
    bare.mkdir()
    (bare / "tzdata.zi").write_text("# version 1999z\n")
    zoneinfo.reset_tzpath([bare, full])
    assert versions()["tzdata"] == f"{tzdata.IANA_VERSION} of the package tzdata"
    (full / "Europe" / "London").write_bytes(b"TZif")
    assert versions()["tzdata"] == "of the system"
    (full / "tzdata.zi").write_text("# version 2020b\nR d 1916\n")
    assert versions()["tzdata"] == "2020b of the system"


def test_the_version_of_unicode_is_recorded() -> None:
    assert versions()["unicode"].count(".") == 2
