// Says at once, before anything is saved, that the day typed for a visit lies outside its window.
(() => {
  for (const place of document.querySelectorAll("[data-window-of]")) {
    const input = document.getElementById(place.dataset.windowOf);
    const warning = place.querySelector("template");
    const show = () => {
      const day = input.value.trim();
      const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day);
      const isOutside = isDay && (day < place.dataset.opens || day > place.dataset.closes);
      const isShown = place.querySelector(".message") !== null;
      if (isOutside && !isShown) place.append(warning.content.cloneNode(true));
      if (!isOutside && isShown) place.querySelector(".message").remove();
    };
    input.addEventListener("input", show);
    input.addEventListener("change", show);
    show();
  }
})();
