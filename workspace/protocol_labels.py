"""What the codes of a protocol are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from clinical.eligibility import CriterionKind
from protocols.schema import EndpointRole

ENDPOINT_ROLES: Mapping[EndpointRole, Promise] = {
    EndpointRole.PRIMARY: pgettext_lazy("outcome measure", "primary"),
    EndpointRole.SECONDARY: pgettext_lazy("outcome measure", "secondary"),
    EndpointRole.OTHER: pgettext_lazy("outcome measure", "other"),
}
CRITERION_KINDS: Mapping[CriterionKind, Promise] = {
    CriterionKind.INCLUSION: gettext_lazy("Inclusion"),
    CriterionKind.EXCLUSION: gettext_lazy("Exclusion"),
}
