"""Pages of the licensed questionnaire wording of a trial."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Permission
from assessments.wording.file import WordingError, asked_items, codes_of, empty_file
from assessments.wording.forms import WordingFileForm
from assessments.wording.selectors import QUESTIONNAIRES, is_language, standings, wordings_of
from assessments.wording.services import load_wording
from trials.access import TrialRequest, trial_page


@require_safe
@trial_page(Permission.VIEW_PROTOCOL)
def wording_list(request: TrialRequest, trial: Any) -> HttpResponse:
    """In which words each questionnaire is asked today, and every version that was loaded with its text."""
    loaded = list(wordings_of(trial))
    context = {
        "trial": trial,
        "standings": standings(trial, loaded, timezone.localdate()),
        "loaded": [(wording, QUESTIONNAIRES[wording.instrument].title, _lines(wording)) for wording in loaded],
        "may_manage": request.roles.may_somewhere(Permission.MANAGE_TRIAL),
        "crumbs": [(_("Questionnaire wording"), "")],
    }
    return render(request, "assessments/wording/list.html", context)


def _lines(wording: Any) -> list[tuple[str, str, list[str]]]:
    """Topic, question and answers of every item, in the order of the questionnaire."""
    spec = QUESTIONNAIRES[wording.instrument]
    found = []
    for item in asked_items(spec):
        answers = wording.options.get(item.name, {})
        in_order = [answers[code] for code in codes_of(spec, item.name) if code in answers]
        found.append((spec.label(item.name), wording.texts[item.name], in_order))
    return found


@trial_page(Permission.MANAGE_TRIAL)
def load(request: TrialRequest, trial: Any) -> HttpResponse:
    """Load a filled-in file; everything that is wrong with it is shown at once."""
    sent = request.method == "POST"
    form = WordingFileForm(request.POST, request.FILES) if sent else WordingFileForm()
    if sent and form.is_valid():
        name = form.cleaned_data["file"].name
        try:
            wording, is_new = load_wording(trial=trial, content=form.content(), file_name=name, by=request.user)
        except WordingError as error:
            form.add_error("file", [str(problem) for problem in error.problems])
        else:
            said = (
                _("%(title)s: version %(version)s is loaded.")
                if is_new
                else _("%(title)s: version %(version)s was loaded before; nothing changed.")
            )
            messages.success(
                request, said % {"title": QUESTIONNAIRES[wording.instrument].title, "version": wording.version}
            )
            return redirect("assessments:wording", trial.registration)
    list_url = reverse("assessments:wording", args=[trial.registration])
    context = {
        "trial": trial,
        "form": form,
        "crumbs": [(_("Questionnaire wording"), list_url), (_("Load wording"), "")],
    }
    return render(request, "assessments/wording/load.html", context, status=422 if form.errors else 200)


@require_safe
@trial_page(Permission.MANAGE_TRIAL)
def empty_wording_file(request: TrialRequest, trial: Any, instrument: str, language: str) -> HttpResponse:
    """A file to fill in for one questionnaire and language."""
    spec = QUESTIONNAIRES.get(instrument)
    if spec is None or not is_language(language):
        raise Http404
    response = HttpResponse(empty_file(spec, language), content_type="application/toml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{instrument}.{language}.toml"'
    return response
