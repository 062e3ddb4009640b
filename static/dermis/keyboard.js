// Keys of the whole page: "/" to the search, "?" for the list of keys, Ctrl+Enter to complete a form.
(() => {
  const takesText = (element) =>
    element.isContentEditable || element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=button], [type=submit])");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const complete = document.querySelector("[data-complete]");
      if (complete) {
        event.preventDefault();
        complete.click();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.select();
        search.focus();
      }
    } else if (event.key === "?") {
      event.preventDefault();
      document.getElementById("keys").showModal();
    }
  });
})();
