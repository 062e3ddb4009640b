// Entry pages. Questions that the answers so far do not ask for are hidden while they are empty: which those are is said
// by the server, on the page and with every answer while somebody types. What is typed is kept by the server, also when
// the page goes before its turn, and the page says so when it could not be kept.
(() => {
  const form = document.getElementById("entry");
  if (!form) return;

  const hideUnasked = () => {
    const typing = document.activeElement;
    const before = typing.getBoundingClientRect().top;
    const hidden = new Set(document.getElementById("unasked").dataset.unasked.split(" "));
    document.querySelectorAll("[data-item]").forEach((place) => {
      // What is being typed at this moment stays, whatever the last answer said.
      place.hidden = hidden.has(place.dataset.item) && !place.contains(typing);
    });
    // Questions that come and go above must not move the one being answered.
    const moved = typing === document.body ? 0 : typing.getBoundingClientRect().top - before;
    if (moved) window.scrollBy({ top: moved, behavior: "instant" });
    document.dispatchEvent(new Event("dermis:asked"));
  };

  // Counted in changes: those that were typed, that are on their way, and that the server has answered.
  let typed = 0;
  let sent = 0;
  let kept = 0;
  let isLeaving = false;
  const note = () => { typed += 1; };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  form.addEventListener("submit", () => { isLeaving = true; });
  window.addEventListener("pageshow", () => { isLeaving = false; });

  const say = (text) => { document.getElementById("draft-state").textContent = text; };
  form.addEventListener("htmx:configRequest", () => { sent = typed; });
  form.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) kept = sent; });
  form.addEventListener("htmx:sendError", () => say(form.dataset.offline));
  form.addEventListener("htmx:responseError", (event) => {
    say(event.detail.xhr.status === 401 ? form.dataset.signedOut : form.dataset.refused);
  });

  // The last words before the page goes, or is put away on a phone, are sent without waiting for an answer.
  const sendNow = () => {
    if (typed === kept || isLeaving) return;
    const last = typed;
    fetch(form.getAttribute("hx-post"), { method: "POST", body: new FormData(form), keepalive: true }).then(
      (answer) => { if (answer.ok) kept = last; },
      () => {},
    );
  };
  window.addEventListener("pagehide", sendNow);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") sendNow(); });

  hideUnasked();
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target.id === "live-values") hideUnasked(); });
})();
