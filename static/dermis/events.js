// Help while an adverse event is typed: the buttons for its grade carry the words of the chosen CTCAE term, grades that
// the term does not have are hidden, and so is what is not asked of this event. Without it the list of grades says the
// same, and the server decides.
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

(() => {
  const criteria = [
    "results_in_death", "is_life_threatening", "caused_hospitalisation", "is_disabling", "is_congenital_anomaly",
    "is_medically_important",
  ];
  const input = (name) => document.querySelector(`main [name=${name}]`);
  const row = (name) => document.getElementById(`div_id_${name}`);
  const yes = document.querySelector("main input[name=is_serious][value=yes]");
  const no = document.querySelector("main input[name=is_serious][value=no]");
  if (!yes || !no || criteria.some((name) => !input(name))) return;

  // What holds a value or is wrong stays in view.
  const ask = (name, isAsked) => {
    const at = row(name);
    if (at) at.hidden = !isAsked && !at.querySelector(".is-invalid, .invalid-feedback, .field-error");
  };
  const isTicked = (name) => input(name).checked;
  const show = () => {
    const isSerious = !no.checked || criteria.some(isTicked);
    criteria.forEach((name) => ask(name, isSerious));
    ask("serious_known_at", yes.checked);
    const stay = isTicked("caused_hospitalisation") || input("admitted_on").value || input("discharged_on").value;
    ask("admitted_on", stay);
    ask("discharged_on", stay);
    ask("other_cause", input("relation_other").value || input("other_cause").value);
  };

  criteria.forEach((name) => input(name).addEventListener("change", () => {
    if (isTicked(name) && !no.checked) yes.checked = true;
  }));
  document.querySelector("main form.form-page").addEventListener("change", show);
  show();
})();
