"""Every diagnostic that segdsl can give: code, slug and severity, all stable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic weighs: only errors stop a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of diagnostic."""

    id: str
    slug: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.id} {self.slug}"


_W = Severity.WARNING
_N = Severity.NOTICE

# SG0 syntax
UNEXPECTED = Code("SG001", "unexpected-token")
UNREADABLE_SOURCE = Code("SG002", "unreadable-source")
EMPTY_SOURCE = Code("SG003", "empty-source")
UNCLOSED_TEXT = Code("SG004", "unclosed-text")
BAD_CHARACTER = Code("SG005", "bad-character")
BAD_NUMBER = Code("SG006", "bad-number")
BAD_DATE = Code("SG007", "bad-date")
TOO_DEEP = Code("SG008", "too-deep")
RESERVED_NAME = Code("SG009", "reserved-name")
WRONG_SPELLING = Code("SG010", "wrong-spelling")
BAD_ESCAPE = Code("SG011", "bad-escape")
KEYWORD_AS_NAME = Code("SG012", "keyword-as-name")
MIXED_FILE = Code("SG013", "mixed-file")

# SG1 names
UNKNOWN_FIELD = Code("SG101", "unknown-field")
UNKNOWN_NAME = Code("SG102", "unknown-name")
DUPLICATE_NAME = Code("SG103", "duplicate-name")
NAME_IS_FIELD = Code("SG104", "name-is-field")
CYCLE = Code("SG105", "cycle")
UNKNOWN_PARAM = Code("SG106", "unknown-param")
UNKNOWN_FUNCTION = Code("SG107", "unknown-function")
MISSING_FILE = Code("SG108", "missing-file")
ARGUMENT_COUNT = Code("SG109", "argument-count")
UNKNOWN_MEMBER = Code("SG110", "unknown-member")
WRONG_KIND = Code("SG111", "wrong-kind")
AMBIGUOUS_NAME = Code("SG112", "ambiguous-name")
PROPERTY_ALONE = Code("SG113", "property-alone")
SEVERAL_EVENTS = Code("SG114", "several-events")

# SG2 types
TYPE_MISMATCH = Code("SG201", "type-mismatch")
NOT_A_CONDITION = Code("SG202", "not-a-condition")
NOT_A_VALUE = Code("SG203", "not-a-value")
WRONG_OPERAND = Code("SG204", "wrong-operand")
BAD_PATTERN = Code("SG205", "bad-pattern")
BAD_NETWORK = Code("SG206", "bad-network")
BAD_SHARES = Code("SG207", "bad-shares")
EMPTY_TEXT = Code("SG208", "empty-text")
NOT_WHOLE = Code("SG209", "not-whole")
CLOCK_ON_DATE = Code("SG210", "clock-on-date")
BAD_PLACE = Code("SG211", "bad-place")
BAD_PARAM = Code("SG212", "bad-param")
NEEDS_CONSTANT = Code("SG213", "needs-constant")
BAD_AMOUNT = Code("SG214", "bad-amount")
BAD_PERIOD = Code("SG215", "bad-period")
NO_TIME = Code("SG216", "event-without-time")
NOT_FOR_ONE_EVENT = Code("SG217", "not-for-one-event")
NEEDS_PROPERTY = Code("SG218", "needs-property")

# SG3 catalog
UNREADABLE_CATALOG = Code("SG301", "unreadable-catalog")
INVALID_CATALOG = Code("SG302", "invalid-catalog")
NO_KEY = Code("SG303", "no-key")
UNKNOWN_COLUMN = Code("SG304", "unknown-column")
NO_SOURCE = Code("SG305", "no-source")
AMBIGUOUS_DATE = Code("SG306", "ambiguous-date")
INFERRED_CATALOG = Code("SG307", "inferred-catalog", _N)
READ_AS_TEXT = Code("SG308", "read-as-text", _N)
COLUMN_LEFT_OUT = Code("SG309", "column-left-out", _N)
CATALOG_UNUSED = Code("SG310", "catalog-unused", _N)
NO_EVENT_DATA = Code("SG311", "no-event-data")
INFERRED_EVENTS = Code("SG312", "inferred-events", _N)
NO_EVENT_KEY = Code("SG313", "no-event-key")
BAD_EVENT_TIME = Code("SG314", "bad-event-time")
LOOKUP_NOT_ATTACHED = Code("SG315", "lookup-not-attached")
UNKNOWN_EVENT_DATA = Code("SG316", "unknown-event-data")
UNREAD_EVENT_DATA = Code("SG317", "unread-event-data", _N)

# SG4 backend support
UNSUPPORTED = Code("SG401", "unsupported")
NEEDS_POPULATION = Code("SG402", "needs-population")

# SG5 data
UNREADABLE_DATA = Code("SG501", "unreadable-data")
WRONG_ENCODING = Code("SG502", "wrong-encoding")
RAGGED_ROWS = Code("SG503", "ragged-rows")
DUPLICATE_KEYS = Code("SG504", "duplicate-keys")
MISSING_KEYS = Code("SG505", "missing-keys")
UNCONVERTED_CELLS = Code("SG506", "unconverted-cells", _W)
BAD_KEY_TYPE = Code("SG507", "bad-key-type")
EMPTY_DATA = Code("SG508", "empty-data")
UNKNOWN_FORMAT = Code("SG509", "unknown-format")
UNKNOWN_CUSTOMER = Code("SG510", "unknown-customer")
UNCONVERTED_MEMBERS = Code("SG511", "unconverted-members", _W)
WRONG_COLUMN_TYPE = Code("SG512", "wrong-column-type")
CANNOT_WRITE = Code("SG513", "cannot-write")
STRICT_CELLS = Code("SG514", "strict-cells")
DUPLICATES_RESOLVED = Code("SG515", "duplicates-resolved", _N)
UNREADABLE_JSON = Code("SG516", "unreadable-ruleset")
LATEST_BY_TEXT = Code("SG517", "latest-by-text", _W)
UNREADABLE_PROFILE = Code("SG518", "unreadable-profile")
UNREADABLE_THRESHOLDS = Code("SG519", "unreadable-thresholds")
UNTYPED_EVENTS = Code("SG520", "untyped-events")
KEY_MISMATCH = Code("SG521", "key-mismatch")
EVENTS_LEFT_OUT = Code("SG522", "events-left-out", _N)
NO_EVENT_FITS = Code("SG523", "no-event-fits", _W)
LOOKUP_MISSES = Code("SG524", "lookup-misses", _N)
DUPLICATE_LOOKUP_KEYS = Code("SG525", "duplicate-lookup-keys")
SUM_TOO_LARGE = Code("SG526", "sum-too-large")
OVER_BUDGET = Code("SG531", "over-budget")
READ_WHOLE = Code("SG532", "read-whole", _N)
BAD_PREVIOUS = Code("SG541", "bad-previous")
NOT_KNOWN_BEFORE = Code("SG542", "not-known-before", _N)
BAD_CHANGE = Code("SG543", "bad-change")
DATA_CHANGED = Code("SG544", "data-changed")
ALL_EVALUATED = Code("SG545", "all-evaluated", _N)
GONE_UNKNOWN = Code("SG546", "gone-unknown", _N)

# SG6 findings
NEVER_TRUE = Code("SG601", "never-true", _W)
ALWAYS_TRUE = Code("SG602", "always-true", _W)
REVERSED_BOUNDS = Code("SG603", "reversed-bounds", _W)
NEGATIVES_WITH_OR = Code("SG604", "negatives-with-or", _W)
DUPLICATE_SEGMENT = Code("SG605", "duplicate-segment", _W)
UNUSED_DEFINITION = Code("SG606", "unused-definition", _W)
LITERAL_NEVER_OCCURS = Code("SG607", "literal-never-occurs", _W)
NOT_ADMITS_MISSING = Code("SG608", "not-admits-missing", _W)
SAME_SEED = Code("SG609", "same-seed", _W)
PERIODS_CONFUSED = Code("SG610", "periods-confused", _W)
LITERAL_DIFFERS_IN_CASE = Code("SG611", "literal-differs-in-case", _N)
AND_BEFORE_OR = Code("SG612", "and-before-or", _W)
SQL_WILDCARD = Code("SG613", "sql-wildcard", _W)
WINDOW_IN_FUTURE = Code("SG614", "window-in-future", _W)
WINDOW_BEFORE_EVENTS = Code("SG615", "window-before-events", _W)

# SG9 our own bugs
INTERNAL = Code("SG901", "internal-error")

CODES: dict[str, Code] = {
    code.id: code for code in tuple(globals().values()) if isinstance(code, Code)
}
