"""What an evaluation may take from earlier ones about its customers' files, and what it adds."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass

from segdsl.catalog import Catalog
from segdsl.engine.batches import Stream
from segdsl.engine.conversion import Manner
from segdsl.engine.known_files import Files, FileState, Known, known_files
from segdsl.engine.readers.table import Table


@dataclass(frozen=True, slots=True)
class Look:
    """The customers' files as they were when they were opened.

    What is remembered of them was found under the same settings of the catalog: that each customer
    has a key of its own, and that the cells of a field are what conditions read, but for the type
    of their numbers and moments.
    """

    catalog: Catalog
    table: Table
    files: Files

    @staticmethod
    def at(catalog: Catalog, table: Table) -> Look | None:
        """Return a look at the files of a table; None if nothing is remembered of such."""
        states = [part.state for part in table.parts]
        files = tuple(state for state in states if state is not None)
        if not table.is_scanned or len(files) < len(states) or catalog.customers.latest_by:
            return None
        return Look(catalog, table, files)

    @property
    def known(self) -> Known | None:
        """What is remembered."""
        return known_files().of(self.files)

    def has_sound_keys(self, known: Known | None) -> bool:
        """Return whether it is known that each customer has a key of its own."""
        return known is not None and self._of_keys() in known.facts

    def reads_as_is(self, names: Collection[str], known: Known | None) -> bool:
        """Return whether the cells of fields are known to be what conditions read."""
        return known is not None and known.facts.issuperset(self._of_fields(names))

    def is_same(self) -> bool:
        """Return whether the files are what they were when they were opened."""
        return all(FileState.of(state.path) == state for state in self.files)

    def learn(self, height: int, stream: Stream) -> None:
        """Remember that keys are sound, and which fields of a stream are what conditions read.

        The keys of so many customers, and the whole stream, must have been read without a complaint
        since the files were opened.
        """
        if self.is_same():
            plain = stream.witness.as_is(stream.fields, height)
            known_files().learn(self.files, height, (self._of_keys(), *self._of_fields(plain)))

    def _of_keys(self) -> Hashable:
        return ("keys", self._settings(self.catalog.customers.key or ""))

    def _of_fields(self, names: Collection[str]) -> Iterator[Hashable]:
        return (("cells", self._settings(name)) for name in names)

    def _settings(self, name: str) -> Hashable:
        declared = self.catalog.customers.fields.get(name)
        is_blank_missing = self.table.is_blank_missing
        manner = Manner.of(self.catalog, declared, is_blank_missing=is_blank_missing)
        return (name, declared, manner)
