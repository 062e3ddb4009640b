// Days are typed as 2026-11-21 in every language; a button opens the browser's own calendar for those who prefer it.
(() => {
  const pickerFor = (input) => {
    const picker = document.createElement("input");
    picker.type = input.dataset.day;
    picker.className = "day-picker";
    picker.tabIndex = -1;
    picker.setAttribute("aria-hidden", "true");
    picker.addEventListener("change", () => {
      input.value = picker.value.replace("T", " ");
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
    return picker;
  };

  const buttonFor = (input, picker) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-secondary day-button";
    button.append(document.querySelector("#calendar-button").content.cloneNode(true));
    button.addEventListener("click", () => {
      picker.value = input.value.trim().replace(" ", "T");
      picker.showPicker();
    });
    return button;
  };

  const equip = (root) => {
    for (const input of root.querySelectorAll("input[data-day]:not(.has-picker)")) {
      if (!("showPicker" in HTMLInputElement.prototype)) return;
      input.classList.add("has-picker");
      const frame = document.createElement("span");
      frame.className = "day-frame";
      input.replaceWith(frame);
      const picker = pickerFor(input);
      frame.append(input, picker);
      frame.append(buttonFor(input, picker));
    }
  };

  equip(document);
  document.addEventListener("htmx:afterSettle", (event) => equip(event.target));
})();
