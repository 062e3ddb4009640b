"""The inbox of a person, and what the person wants by mail."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedInRequest
from notifications import selectors, services
from notifications.forms import ChoicesForm
from notifications.kinds import line_of

PAGE = 25


@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    """What holds now, the newest first; `?show=unread` leaves out what was opened."""
    only_unread = request.GET.get("show") == "unread"
    rows = selectors.unread(request.user) if only_unread else selectors.inbox(request.user)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [{"reminder": row, "line": line_of(row)} for row in page.object_list],
        "only_unread": only_unread,
        "newest": max((row.pk for row in page.object_list), default=0),
        "crumbs": [(_("Inbox"), "")],
    }
    return render(request, "notifications/inbox.html", context)


@require_GET
def follow(request: SignedInRequest, reminder_pk: int) -> HttpResponse:
    """Goes to what the reminder is about, also when it has been settled since; it counts as read from now on."""
    reminder = get_object_or_404(selectors.told_to(request.user), pk=reminder_pk)
    services.mark_read(reminder)
    return redirect(line_of(reminder).url)


@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    """Everything up to the newest reminder that the page showed counts as read."""
    newest = request.POST.get("newest", "")
    read = services.mark_all_read(request.user, up_to=int(newest)) if newest.isdecimal() and len(newest) < 19 else 0
    words = ngettext("%(number)d reminder marked as read.", "%(number)d reminders marked as read.", read)
    messages.success(request, words % {"number": read})
    return redirect("notifications:inbox")


def choices(request: SignedInRequest) -> HttpResponse:
    """Which kinds come by mail."""
    # Without a tick anywhere a form sends nothing, which is an answer too.
    sent = request.POST if request.method == "POST" else None
    form = ChoicesForm(sent, muted=selectors.muted_by(request.user))
    if request.method == "POST" and form.is_valid():
        services.mute(user=request.user, kinds=form.muted())
        messages.success(request, _("Saved. All reminders still stand in your inbox."))
        return redirect("notifications:choices")
    context = {"form": form, "crumbs": [(_("Inbox"), reverse("notifications:inbox")), (_("Reminders by mail"), "")]}
    return render(request, "notifications/choices.html", context)
