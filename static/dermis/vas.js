// The line of the itch: a mark by mouse, finger or arrow keys, which is the same as the number in the field above it.
// There is no mark before the line is touched, so that nothing suggests an answer.
(() => {
  const template = document.getElementById("vas-line");
  const number = document.querySelector("[name=mark_mm]");
  if (!template || !number) return;
  (number.closest(".input-group") ?? number).after(template.content.cloneNode(true));
  const frame = document.querySelector(".vas");
  const line = frame.querySelector(".vas-range");
  const said = frame.querySelector(".vas-mark");
  const clear = frame.querySelector(".vas-clear");

  const typed = () => {
    const text = number.value.trim();
    return /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : null;
  };

  const show = () => {
    const mark = typed();
    line.value = mark ?? 0;
    line.classList.toggle("is-unmarked", mark === null);
    const words = mark === null ? frame.dataset.noMark : `${mark} mm`;
    line.setAttribute("aria-valuetext", words);
    said.textContent = words;
    clear.disabled = mark === null;
  };

  const write = (text, isFinal) => {
    number.value = text;
    show();
    if (isFinal) number.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Page keys go by a tenth of the line in every browser; a key that cannot move the mark, as at an end, still makes it.
  const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
  line.addEventListener("keydown", (event) => {
    if (!(event.key in STEPS) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    write(Math.min(100, Math.max(0, Number(line.value) + STEPS[event.key])), true);
  });
  line.addEventListener("input", (event) => {
    event.stopPropagation();
    write(line.value, false);
  });
  // A touch of the very end that the line begins with changes no value, but it is a mark.
  line.addEventListener("pointerup", () => write(line.value, true));
  line.addEventListener("change", (event) => {
    event.stopPropagation();
    write(line.value, true);
  });
  number.addEventListener("input", show);
  number.addEventListener("change", show);
  clear.addEventListener("click", () => {
    write("", true);
    line.focus();
  });
  show();
})();
