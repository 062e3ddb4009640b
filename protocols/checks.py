"""Do the parts of a protocol fit together, and does this installation publish what it asks for?

Every check is a function from the draft to its problems. A check says nothing about what could not be read: that is
reported already.
"""

from collections.abc import Iterator
from itertools import combinations

from clinical.eligibility import JUDGEMENT, FactValue, RuleError, evaluate
from clinical.visit_windows import CONSENT, plan_visits
from protocols.catalogue import Catalogue, Fact, FactKind
from protocols.draft import Draft
from protocols.draft_safety import check_safety
from protocols.problems import Problem
from protocols.schema import (
    EARLY_TERMINATION,
    INFUSION_FORM,
    UNSCHEDULED,
    Criterion,
    Endpoint,
    ExampleSubject,
    Visit,
    VisitContent,
)
from protocols.toml_table import shown

#: What a list of allocations may be divided by: properties that every subject has before enrolment.
STRATA = frozenset({"site"})


def check(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """All problems between parts, in no particular order."""
    yield from check_codes(draft)
    yield from check_visits(draft, catalogue)
    yield from check_panels(draft, catalogue)
    yield from check_timing(draft)
    yield from check_anchor(draft)
    yield from check_arms(draft, catalogue)
    yield from check_treatment_forms(draft)
    yield from check_allocation(draft)
    yield from check_criteria(draft, catalogue)
    yield from check_endpoints(draft, catalogue)
    if draft.header is not None:
        yield from check_safety(draft.safety, draft.header.planned_subjects)
    for example in draft.examples.items:
        yield from check_example(example, draft, catalogue)


def check_codes(draft: Draft) -> Iterator[Problem]:
    """Every code stands for one thing only."""
    sections = [
        ("arms.toml", "arm", draft.arms.codes),
        ("visits.toml", "epoch", draft.epochs.codes),
        ("visits.toml", "visit", draft.visits.codes),
        ("criteria.toml", "criterion", draft.criteria.codes),
        ("endpoints.toml", "endpoint", draft.endpoints.codes),
        ("examples.toml", "example", draft.examples.codes),
    ]
    for file, name, codes in sections:
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield Problem(file, f"{name}[{code}]", "is declared more than once: give each its own code.")


def check_visits(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """Epochs and forms exist, every epoch is used, and no code is one of those that Dermis gives itself."""
    for visit in draft.visits.items:
        key = f"visit[{visit.code}]"
        if not draft.epochs.may_have(visit.epoch):
            yield Problem("visits.toml", f"{key}.epoch", f"'{visit.epoch}' is not an epoch: declare it or correct it.")
        if visit.code == EARLY_TERMINATION or visit.code.split("-")[0] == UNSCHEDULED:
            message = f"is reserved: '{EARLY_TERMINATION}' and '{UNSCHEDULED}-...' name visits outside the schedule."
            yield Problem("visits.toml", f"{key}.code", message)
    for key, forms in _forms_by_key(draft):
        for form in forms:
            if form not in catalogue.forms:
                message = f"'{form}' is not a form; known are {', '.join(catalogue.forms)}."
                yield Problem("visits.toml", f"{key}.forms", message)
    used = {visit.epoch for visit in draft.visits.items}
    for epoch in draft.epochs.items:
        if draft.visits.is_complete and epoch.code not in used:
            yield Problem("visits.toml", f"epoch[{epoch.code}]", "has no visit: use it or remove it.")


def check_panels(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """Each panel is that of a form that has such lines; no form that a visit asks for lacks the panel it needs."""
    if draft.panels is None:
        return
    asked = {form for _key, forms in _forms_by_key(draft) for form in forms}
    for form, keys in draft.panels.items():
        path = f"panels.{form}"
        if form not in catalogue.lines:
            message = f"'{form}' is not a form with lines to choose; those are {', '.join(sorted(catalogue.lines))}."
            yield Problem("visits.toml", path, message)
            continue
        known = catalogue.lines[form].facts
        for key in keys:
            if key not in known:
                yield Problem("visits.toml", path, f"'{key}' is not a line of the form; known are {', '.join(known)}.")
    for form in sorted(asked - draft.panels.keys()):
        if form in catalogue.lines and catalogue.lines[form].must_be_chosen:
            message = "is missing: say which lines the form asks, in their order."
            yield Problem("visits.toml", f"panels.{form}", message)


def check_timing(draft: Draft) -> Iterator[Problem]:
    """Every visit can be dated, and windows counted from the same visit are apart.

    Windows counted from consent may overlap: screening may last until the day before the first infusion, and neither
    visit can be taken for the other.
    """
    visits = draft.visits.items
    is_datable = True
    for visit in visits:
        if visit.relative_to != CONSENT and not draft.visits.may_have(visit.relative_to):
            is_datable = False
            message = f"'{visit.relative_to}' is neither a visit nor '{CONSENT}': correct it."
            yield Problem("visits.toml", f"visit[{visit.code}].relative_to", message)
    if is_datable and _is_sound(draft):
        try:
            plan_visits([visit.timing for visit in visits], {})
        except ValueError as error:
            yield Problem("visits.toml", "visit", f"{error}.")
    for earlier, later in combinations(sorted(visits, key=_opens_after), 2):
        is_same_clock = earlier.relative_to == later.relative_to != CONSENT
        if is_same_clock and _opens_after(later) <= earlier.target_days + earlier.days_after:
            message = f"has a window that overlaps with the window of {earlier.code}: keep them apart."
            yield Problem("visits.toml", f"visit[{later.code}]", message)
    for visit in visits:
        if visit.relative_to != CONSENT and _opens_after(visit) <= 0 <= visit.target_days + visit.days_after:
            message = f"has a window that holds the day of {visit.relative_to} itself: keep them apart."
            yield Problem("visits.toml", f"visit[{visit.code}]", message)


def check_anchor(draft: Draft) -> Iterator[Problem]:
    """The anchor is a visit, and it is dated from consent."""
    if draft.header is None:
        return
    anchor = draft.header.anchor
    if not draft.visits.may_have(anchor):
        yield Problem("protocol.toml", "anchor", f"'{anchor}' is not a visit: name the visit of the first treatment.")
    for visit in draft.visits.items:
        if visit.code == anchor and visit.relative_to != CONSENT:
            message = f"must be '{CONSENT}': the anchor visit is what other visits are dated from."
            yield Problem("visits.toml", f"visit[{anchor}].relative_to", message)


def check_arms(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """Treatment visits exist and document the treatment, and each arm starts at the anchor."""
    asked = {(visit.code, form) for visit in draft.visits.items for form in visit.forms}
    readable = {visit.code for visit in draft.visits.items}
    anchor = draft.header.anchor if draft.header else None
    for arm in draft.arms.items:
        form = arm.treatment_form
        # Where infusions are unknown, the visits that ask for them say so.
        is_known = arm.is_infused or form in catalogue.forms
        if not is_known:
            message = f"'{form}' is not a form; known are {', '.join(catalogue.forms)}."
            yield Problem("arms.toml", f"arm[{arm.code}].dosing_form", message)
        key = f"arm[{arm.code}].{'infusion_visits' if arm.is_infused else 'dosing_visits'}"
        unknown = [code for code in arm.treatment_visits if not draft.visits.may_have(code)]
        for code in unknown:
            yield Problem("arms.toml", key, f"'{code}' is not a visit: declare it or correct it.")
        for code in arm.treatment_visits:
            if is_known and code in readable and (code, form) not in asked:
                message = f"{code} does not ask for the form '{form}': add it to the forms of that visit."
                yield Problem("arms.toml", key, message)
        if anchor in readable and anchor not in arm.treatment_visits and not unknown:
            message = f"leaves out the anchor {anchor}, where the first treatment is given: add it."
            yield Problem("arms.toml", key, message)


def check_treatment_forms(draft: Draft) -> Iterator[Problem]:
    """No visit asks for a treatment that no arm gets there; outside the schedule it may be that of any arm.

    Nothing is said of a treatment while an arm that gets it names a visit that does not exist: that may be this visit,
    misspelt. Nor of the anchor, where every arm must be treated anyway.
    """
    if not draft.arms.is_complete:
        return
    arms = draft.arms.items
    anchor = draft.header.anchor if draft.header else None
    unsure = {arm.treatment_form for arm in arms if not all(map(draft.visits.may_have, arm.treatment_visits))}
    treatments = {INFUSION_FORM, *(arm.treatment_form for arm in arms)} - unsure
    given = {(f"visit[{code}]", arm.treatment_form) for arm in arms for code in (*arm.treatment_visits, anchor)}
    given |= {(key, arm.treatment_form) for arm in arms for key in ("unscheduled", "early_termination")}
    for key, forms in _forms_by_key(draft):
        for form in forms:
            if form in treatments and (key, form) not in given:
                message = f"asks for '{form}', but no arm is treated so there: remove it or add the visit to an arm."
                yield Problem("visits.toml", f"{key}.forms", message)


def check_allocation(draft: Draft) -> Iterator[Problem]:
    """Arms are given at random only where there are several, and the list is divided by what is known of subjects."""
    if draft.allocation is None:
        return
    if draft.arms.is_complete and len(draft.arms.items) < 2:
        yield Problem("arms.toml", "allocation", "needs two arms or more: add an arm, or remove the allocation.")
    for stratum in draft.allocation.stratified_by:
        if stratum not in STRATA:
            message = f"'{stratum}' is not known here; a list may be divided by: {', '.join(sorted(STRATA))}."
            yield Problem("arms.toml", "allocation.stratified_by", message)


def check_criteria(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """Each rule uses facts that are known before enrolment, and uses each as the kind it is."""
    in_time = _published_before_anchor(draft, catalogue)
    for criterion in draft.criteria.items:
        key = f"{criterion.kind}[{criterion.code}].rule"
        missing = sorted(criterion.rule.facts - {JUDGEMENT} - in_time.keys())
        for fact in missing:
            yield Problem("criteria.toml", key, _why_missing(fact, catalogue))
        if not missing and (complaint := _complaint(criterion, in_time)):
            yield Problem("criteria.toml", key, complaint)


def check_endpoints(draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """Each endpoint looks at a visit that publishes its measure as a number, and has a baseline where it needs one."""
    for endpoint in draft.endpoints.items:
        if not draft.visits.may_have(endpoint.at):
            message = f"'{endpoint.at}' is not a visit: declare it or correct it."
            yield Problem("endpoints.toml", f"endpoint[{endpoint.code}].at", message)
        if endpoint.measure is not None and (complaint := _complaint_of_measure(endpoint, draft, catalogue)):
            yield Problem("endpoints.toml", f"endpoint[{endpoint.code}].measure", complaint)


def check_example(example: ExampleSubject, draft: Draft, catalogue: Catalogue) -> Iterator[Problem]:
    """An example speaks of facts, criteria and visits that exist."""
    key = f"example[{example.name}]"
    for code, value in example.facts.items():
        fact = catalogue.facts.get(code)
        if fact is None:
            yield Problem("examples.toml", f"{key}.facts.{code}", "is not a fact that any form publishes: correct it.")
        elif not fact.kind.admits(value):
            message = f"is {shown(value)}, but {code} is of the kind {fact.kind}."
            yield Problem("examples.toml", f"{key}.facts.{code}", message)
    asking = {criterion.code for criterion in draft.criteria.items if criterion.question}
    for code in example.judgements:
        if draft.criteria.is_complete and code not in asking:
            message = "is not a criterion with a question: remove it or correct it."
            yield Problem("examples.toml", f"{key}.judgements.{code}", message)
    for code in example.expected_standings:
        if not draft.criteria.may_have(code):
            message = "is not a criterion: remove it or correct it."
            yield Problem("examples.toml", f"{key}.expected_standings.{code}", message)
    for visit in example.expected_visits:
        if not draft.visits.may_have(visit.code):
            message = "is not a visit: remove it or correct it."
            yield Problem("examples.toml", f"{key}.expected_visits.{visit.code}", message)


def _forms_by_key(draft: Draft) -> Iterator[tuple[str, tuple[str, ...]]]:
    contents: dict[str, VisitContent | None] = {f"visit[{visit.code}]": visit for visit in draft.visits.items}
    contents |= {"unscheduled": draft.unscheduled, "early_termination": draft.early_termination}
    for key, content in contents.items():
        if content is not None:
            yield key, content.forms


def _opens_after(visit: Visit) -> int:
    return visit.target_days - visit.days_before


def _is_sound(draft: Draft) -> bool:
    """Is every visit there exactly once, so that a circle is the only thing left to find?"""
    return draft.visits.is_complete and len(set(draft.visits.codes)) == len(draft.visits.codes)


def _published_by_anchor(draft: Draft, catalogue: Catalogue) -> dict[str, Fact]:
    """Facts of forms scheduled at or before the anchor visit; every fact when visits or anchor could not be read."""
    anchor = _anchor_visit(draft)
    if anchor is None or not draft.visits.is_complete:
        return catalogue.facts
    forms = [form for visit in draft.visits.items if _is_by_anchor(visit, anchor) for form in visit.forms]
    return catalogue.published_by(forms, draft.panels) | {fact.code: fact for fact in catalogue.always}


def _published_before_anchor(draft: Draft, catalogue: Catalogue) -> dict[str, Fact]:
    """Facts of forms at the visits listed before the anchor, after which a subject is enrolled; every fact when visits
    or anchor could not be read."""
    anchor = _anchor_visit(draft)
    if anchor is None or not draft.visits.is_complete:
        return catalogue.facts
    before = draft.visits.items[: draft.visits.items.index(anchor)]
    forms = [form for visit in before for form in visit.forms]
    return catalogue.published_by(forms, draft.panels) | {fact.code: fact for fact in catalogue.always}


def _anchor_visit(draft: Draft) -> Visit | None:
    code = draft.header.anchor if draft.header else None
    return next((visit for visit in draft.visits.items if visit.code == code), None)


def _is_by_anchor(visit: Visit, anchor: Visit) -> bool:
    if visit.relative_to == anchor.code:
        return visit.target_days <= 0
    return visit.relative_to == CONSENT and visit.target_days <= anchor.target_days


def _why_missing(fact: str, catalogue: Catalogue) -> str:
    if fact in catalogue.facts:
        return f"uses '{fact}', but no form scheduled before the anchor visit publishes it: schedule one."
    return f"uses '{fact}', which no form publishes; known are {', '.join(sorted(catalogue.facts))}."


def _complaint(criterion: Criterion, facts: dict[str, Fact]) -> str:
    for code in sorted(criterion.rule.facts & facts.keys()):
        if instead := facts[code].intervals:
            return f"reads the day '{code}'; read how long ago it was: {' or '.join(fact.code for fact in instead)}."
    facts = {code: fact for code, fact in facts.items() if not fact.intervals}
    samples: dict[str, FactValue] = {code: fact.kind.sample for code, fact in facts.items()}
    try:
        evaluate(criterion.rule, {**samples, JUDGEMENT: True})
    except RuleError as error:
        kinds = ", ".join(f"{code} ({facts[code].kind})" for code in sorted(criterion.rule.facts & facts.keys()))
        return f"does not work with values of the right kinds [{kinds}]: {error}"
    return ""


def _complaint_of_measure(endpoint: Endpoint, draft: Draft, catalogue: Catalogue) -> str:
    fact = catalogue.facts.get(endpoint.measure or "")
    if fact is None:
        return f"'{endpoint.measure}' is published by no form: correct it, or replace it by a note that says why."
    if fact.kind is not FactKind.NUMBER:
        return f"'{fact.code}' is of the kind {fact.kind}, but an endpoint needs a number."
    visit = next((visit for visit in draft.visits.items if visit.code == endpoint.at), None)
    if visit is not None and fact.code not in catalogue.published_by(visit.forms, draft.panels):
        return f"'{fact.code}' is not published at {endpoint.at}: add its form to that visit."
    if endpoint.kind.needs_baseline and fact.code not in _published_by_anchor(draft, catalogue):
        return f"'{fact.code}' has no baseline: schedule its form at or before the anchor visit."
    return ""
