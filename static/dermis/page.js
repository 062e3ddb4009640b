// Small courtesies of the frame: menus that close, the current place and today in view, the error summary read first,
// and a second click on a button that is still at work does nothing.
(() => {
  const openMenus = () => document.querySelectorAll("details.menu[open]");

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) {
      openMenus().forEach((menu) => { menu.open = false; });
      document.getElementById(opener.dataset.openDialog).showModal();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    openMenus().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // The current entry, and today, come into view inside their row alone: the page itself must not move.
  const bringIntoView = () => {
    const wanted = ".navigation [aria-current], .tabs [aria-current], .timeline-picture .today";
    document.querySelectorAll(wanted).forEach((item) => {
      const row = item.closest(".navigation ul, .tabs, .timeline-picture");
      const [inner, outer] = [item, row].map((box) => box.getBoundingClientRect());
      row.scrollLeft += inner.left + inner.width / 2 - outer.left - row.clientWidth / 2;
    });
  };
  bringIntoView();
  // A phone that is turned gets another width; one that only hides its address bar does not.
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    bringIntoView();
  });

  // A download leaves the page as it is, so its button must come back by itself.
  const AT_WORK_MS = 3000;
  const sentAt = new WeakMap();
  document.addEventListener("submit", (event) => {
    const before = sentAt.get(event.target);
    if (before !== undefined && event.timeStamp - before < AT_WORK_MS) {
      event.preventDefault();
      return;
    }
    sentAt.set(event.target, event.timeStamp);
    // What is shown live is of no use any more, and must not be cut off as a failure when the page goes.
    window.htmx?.trigger(event.target, "htmx:abort");
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (sentAt.has(event.target)) event.preventDefault();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach((form) => sentAt.delete(form));
  });

  // The attribute may say which control inside takes the focus.
  const takeFocus = (where) => {
    const place = where.querySelector("[data-focus-on-load]");
    const inside = place?.dataset.focusOnLoad;
    (inside ? [...place.querySelectorAll(inside)].find((control) => control.checkVisibility()) : place)?.focus();
  };
  takeFocus(document);
  document.addEventListener("htmx:afterSettle", (event) => takeFocus(event.target));
})();
