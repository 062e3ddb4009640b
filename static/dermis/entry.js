// Entry pages: questions that the answers so far do not ask for are hidden while they are empty. Which those are is
// said by the server, on the page and with every answer while somebody types.
(() => {
  const apply = () => {
    const said = document.getElementById("unasked");
    if (!said) return;
    const hidden = new Set(said.dataset.unasked.split(" "));
    document.querySelectorAll("[data-item]").forEach((place) => {
      // What is being typed at this moment stays, whatever the last answer said.
      place.hidden = hidden.has(place.dataset.item) && !place.contains(document.activeElement);
    });
  };
  apply();
  document.addEventListener("htmx:oobAfterSwap", apply);
  document.addEventListener("htmx:afterSettle", apply);
})();
