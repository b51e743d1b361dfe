"""Names and types: from syntax to the plan."""

from segdsl.semantics.audiences import check
from segdsl.semantics.context import FieldSchema, Schema
from segdsl.semantics.project import Files, Project, collect

__all__ = ["FieldSchema", "Files", "Project", "Schema", "check", "collect"]
