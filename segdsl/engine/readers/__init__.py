"""Reading customers' data: files, folders and frames of every kind, one column at a time."""

from segdsl.engine.readers.customers import Reading, read_customers
from segdsl.engine.readers.opening import open_data
from segdsl.engine.readers.table import Table

__all__ = ["Reading", "Table", "open_data", "read_customers"]
