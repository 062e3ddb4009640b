// Help while an adverse event is typed: the buttons for its grade carry the words of the chosen CTCAE term, and grades
// that the term does not have are hidden. Without it the list of grades says the same, and the server decides.
(() => {
  const term = document.querySelector("main select[name=term_code]");
  const list = document.querySelector("[data-grade-words]");
  if (!term || !list) return;

  const rows = [...list.querySelectorAll("[data-term]")];
  const buttons = [...document.querySelectorAll("main input[name=grade][type=radio]")].map((radio) => {
    const label = document.querySelector(`label[for="${radio.id}"]`);
    return { radio, label, general: label.textContent };
  });
  const special = document.querySelector("main input[name=is_special_interest]");

  const show = () => {
    const own = rows.filter((row) => row.dataset.term === term.value);
    const words = new Map(own.map((row) => [row.dataset.grade, row.lastElementChild.textContent.trim()]));
    rows.forEach((row) => { row.hidden = own.length > 0 && !own.includes(row); });
    buttons.forEach(({ radio, label, general }) => {
      const isMissing = own.length > 0 && !words.has(radio.value);
      // What is chosen already stays in view, also where it cannot be: it is for the reader to choose another.
      radio.hidden = label.hidden = isMissing && !radio.checked;
      label.textContent = words.has(radio.value) ? `${radio.value} · ${words.get(radio.value)}` : general;
    });
    return own;
  };

  term.addEventListener("change", () => {
    const own = show();
    if (special && own.some((row) => "special" in row.dataset)) special.checked = true;
  });
  show();
})();
