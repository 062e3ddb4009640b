"""The steps of a case after its submission, each on a page that says what will happen."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.permissions import Permission
from clinical.safety.workflow import Step
from patients.access import SubjectRequest, subject_page
from patients.views.common import add_error
from safety.case_roles import possible_steps, transition_for
from safety.forms.cases import AssessmentForm, TextForm
from safety.policies import may_be_closed
from safety.report_names import names_for
from safety.report_words import sections_of
from safety.selectors import cases as reads
from safety.services import assess, follow_up, take_step
from safety.services.cases import newest_version
from safety.terms import Expectedness
from safety.views.case_pages import address, case_or_404, case_page, roles_of
from trials.policies import NotAllowedNow


@dataclass(frozen=True)
class Action:
    """A step as it is offered: where it is taken, its words and icon; `is_post` where one click takes it."""

    url: str
    words: str | Promise
    icon: str
    is_post: bool = False
    is_primary: bool = False


_OFFERED: Final = {
    Step.SUBMIT: ("case-submit", gettext_lazy("Sign and submit"), "check", False),
    Step.TAKE_UP: ("case-take-up", gettext_lazy("Take up for review"), "search", True),
    Step.ASK: ("case-ask", gettext_lazy("Ask the site"), "question", False),
    Step.ANSWER: ("case-answer", gettext_lazy("Answer"), "arrow-back", False),
    Step.ASSESS: ("case-assess", gettext_lazy("Assess"), "shield", False),
    Step.CLOSE: ("case-close", gettext_lazy("Close the case"), "lock", True),
    Step.FOLLOW_UP: ("case-follow-up", gettext_lazy("Report new information"), "plus", False),
}
_LEADS: Final = (Step.SUBMIT, Step.TAKE_UP, Step.ANSWER, Step.ASSESS, Step.CLOSE)
"""Of the steps that are possible, the first of these is what the case waits for."""


def actions_for(case: Any, roles: Collection[Any], *, is_awaited_by_authority: bool, may_grow: bool) -> list[Action]:
    """What may be done now, what the case waits for last, as on every page.

    While a clock runs until the authority is told, an assessed case waits for that and cannot be closed. `may_grow` is
    False once the use of the data is withdrawn: nothing new is reported then.
    """
    steps = [step for step in possible_steps(case, roles) if may_grow or step is not Step.FOLLOW_UP]
    is_to_be_reported = is_awaited_by_authority and Step.CLOSE in steps
    if is_to_be_reported:
        steps.remove(Step.CLOSE)
    lead = None if is_to_be_reported else next((step for step in _LEADS if step in steps), None)
    ordered = sorted(steps, key=lambda step: step is lead)
    found = [_action(case, step, is_primary=step is lead) for step in ordered]
    if is_to_be_reported:
        found.append(Action(address("case-authority", case), _("Report to an authority"), "report", is_primary=True))
    return found


def why_not_closed(case: Any, roles: Collection[Any], clocks: Collection[Any]) -> str:
    """What an assessed case waits for before it can be closed, in words for those who would close it; else empty."""
    if Step.CLOSE not in possible_steps(case, roles):
        return ""
    try:
        may_be_closed(case, clocks)
    except NotAllowedNow as refusal:
        return str(refusal)
    return ""


def _action(case: Any, step: Step, *, is_primary: bool) -> Action:
    name, words, icon, is_post = _OFFERED[step]
    return Action(address(name, case), words, icon, is_post, is_primary)


@require_POST
@subject_page(Permission.REVIEW_SAFETY)
def take_up(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """The safety monitor begins to review."""
    return _move(request, event_number, Step.TAKE_UP, said=_("The case is in your review."))


@require_POST
@subject_page(Permission.REVIEW_SAFETY)
def close(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Nothing more is expected."""
    return _move(request, event_number, Step.CLOSE, said=_("The case is closed."))


@subject_page(Permission.REVIEW_SAFETY)
def ask(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Ask the authors at the site."""
    return _with_words(request, event_number, Step.ASK, label=_("What is asked"), said=_("The site is asked."))


@subject_page(Permission.RECORD_ADVERSE_EVENTS)
def answer(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Answer the safety monitor."""
    return _with_words(request, event_number, Step.ANSWER, label=_("Answer"), said=_("The answer is sent."))


@subject_page(Permission.VIEW_SAFETY)
def begin_follow_up(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """Begin the next version of the report."""
    said = _("The next version of the report is open for writing.")
    return _with_words(request, event_number, Step.FOLLOW_UP, label=_("What is new"), said=said)


@subject_page(Permission.REVIEW_SAFETY)
def assess_case(request: SubjectRequest, *, subject: Any, event_number: int) -> HttpResponse:
    """The signed judgement of the safety monitor."""
    case = case_or_404(request, event_number)
    transition_for(case, Step.ASSESS, roles_of(request))
    version = newest_version(case)
    content: Any = version.content
    expectedness = content["event"]["expectedness"]
    initial = {
        "seen_version": case.version,
        "expectedness": "" if expectedness == Expectedness.UNKNOWN else expectedness,
    }
    form = AssessmentForm(request.POST if request.method == "POST" else None, request=request, initial=initial)
    if form.is_bound and form.is_valid():
        names = ("related_by_sponsor", "expectedness", "is_susar", "text", "seen_version")
        try:
            assess(case=case, by=request.user, **{name: form.cleaned_data[name] for name in names})
        except ValidationError as error:
            form = AssessmentForm({**request.POST.dict(), "seen_version": case.version}, request=request)
            add_error(form, error)
        else:
            messages.success(request, _("The assessment of %(case)s is signed.") % {"case": case})
            return redirect(address("case", case))
    context = {
        "form": form,
        "version": version,
        "sections": sections_of(content, names_for(subject)),
        "is_serious": content["event"]["is_serious"],
        "is_related": content["event"]["is_related"],
    }
    status = 422 if form.errors else 200
    return case_page(request, case, "safety/case_assess.html", context, here=_("Assess"), status=status)


def _move(request: SubjectRequest, event_number: int, step: Step, *, said: str) -> HttpResponse:
    case = case_or_404(request, event_number)
    take_step(case=case, step=step, by=request.user)
    messages.success(request, said)
    return redirect(address("case", case))


def _with_words(request: SubjectRequest, event_number: int, step: Step, *, label: str, said: str) -> HttpResponse:
    case = case_or_404(request, event_number)
    # Who may never take it learns nothing of where the case stands.
    transition_for(case, step, roles_of(request))
    form = TextForm(request.POST if request.method == "POST" else None, label=label)
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            if step is Step.FOLLOW_UP:
                follow_up(case=case, text=text, by=request.user)
            else:
                take_step(case=case, step=step, text=text, by=request.user)
        except ValidationError as error:
            add_error(form, error)
        else:
            messages.success(request, said)
            return redirect(address("case", case))
    _name, words, _icon, _is_post = _OFFERED[step]
    spoken = [taken for taken in reads.steps_of(case) if taken.text]
    context = {"form": form, "here": words, "button": words, "said": step.value, "questions": spoken}
    status = 422 if form.errors else 200
    return case_page(request, case, "safety/case_step.html", context, here=str(words), status=status)
