"""The fixed lists of a case: how far it is, why it was closed, what it is about. Ids never change; their words stand in
`desk/views/casework.html`."""

from tipline.storage.cases import CLOSED, OPEN

STATUSES = (*OPEN, CLOSED)

REASONS = (
    "help-begun",
    "passed-on",
    "advised",
    "no-contact",
    "no-signs",
    "double",
    "unusable",
)
"""Why a case was closed."""

LABELS = (
    "online",
    "school",
    "hotel",
    "sport",
    "asylum",
    "youth-care",
    "runaway",
    "debt",
    "drugs",
    "police",
    "veilig-thuis",
    "discuss",
)
"""What a case is about, for finding and planning: where it happens, what else is going on, who knows of it."""
