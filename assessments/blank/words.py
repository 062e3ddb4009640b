"""The texts around the questions of a blank form, the same on page and paper."""

from typing import TypedDict

from django.conf import settings
from django.utils.translation import gettext as _


class SheetWords(TypedDict):
    """Each text by its place on the form."""

    trial: str
    protocol: str
    visit: str
    subject: str
    day: str
    filled_by: str
    not_done: str
    optional: str
    no_value: str
    write_reason: str
    line: str
    calculated: str
    scale: str
    signature: str
    name: str
    page: str
    made_with: str


def sheet_words() -> SheetWords:
    """The texts in the active language. `page` is made of "{page}" and "{pages}"."""
    return {
        "trial": _("Trial"),
        "protocol": _("Protocol version"),
        "visit": _("Visit"),
        "subject": _("Subject number"),
        "day": _("Date of assessment"),
        "filled_by": _("Filled in by (initials)"),
        "not_done": _("Not done, because:"),
        "optional": _("optional"),
        "no_value": _("No value:"),
        "write_reason": _("No value? Write the reason into the cell:"),
        "line": _("Line"),
        "calculated": _("Worked out when the form is entered, nothing to write here:"),
        "scale": _("This line must be 100 mm long on paper: print at 100 %, and measure it before use."),
        "signature": _("Signature"),
        "name": _("Name in block letters"),
        "page": _("page {page} of {pages}"),
        "made_with": f"Dermis {settings.DERMIS_VERSION}",
    }
