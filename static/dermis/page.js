// Small courtesies of the frame: menus that close, the current place in view, the error summary read first.
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

  // The current entry comes into view inside the row alone: the page itself must not move.
  const current = document.querySelector(".navigation [aria-current]");
  if (current) {
    const row = current.closest("ul");
    row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  }

  const takeFocus = (where) => where.querySelector("[data-focus-on-load]")?.focus();
  takeFocus(document);
  document.addEventListener("htmx:afterSettle", (event) => takeFocus(event.target));
})();
