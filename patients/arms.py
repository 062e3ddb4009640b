"""Arms in words."""

from django.utils.translation import gettext as _

from protocols.schema import Arm


def treatment_of(arm: Arm) -> str:
    """Dose, route and visits of the arm's treatment."""
    if arm.is_infused:
        dose = _("%(dose)s million cells/kg") % {"dose": arm.million_per_kg}
    else:
        dose = _("%(low)s to %(high)s mg") % {"low": arm.dose_mg_low, "high": arm.dose_mg_high}
    return _("%(dose)s, %(route)s, at %(visits)s") % {
        "dose": dose,
        "route": arm.route,
        "visits": ", ".join(arm.treatment_visits),
    }


def arm_choices(arms: tuple[Arm, ...] | list[Arm]) -> list[tuple[str, str]]:
    """Code and, as people read it, name with treatment of each arm."""
    return [(arm.code, f"{arm.name}: {treatment_of(arm)}") for arm in arms]
