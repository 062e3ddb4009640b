// Groups of radio buttons by keyboard: a digit chooses and moves on, Delete takes the choice back,
// and inside a score table the arrow keys move between cells without changing a score.
(() => {
  const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const radiosOf = (group) => [...group.querySelectorAll("input[type=radio]:enabled")];

  const enter = (group) => {
    const radios = radiosOf(group);
    (radios.find((radio) => radio.checked) ?? radios[0])?.focus();
  };

  // A digit names the value where the values are numbers, and otherwise the place in the row.
  const radioForDigit = (group, digit) => {
    const radios = radiosOf(group);
    const areNumbers = radios.some((radio) => /^\d+$/.test(radio.value));
    return areNumbers ? radios.find((radio) => radio.value === digit) : radios[Number(digit) - 1];
  };

  const moveOn = (group) => {
    const scope = group.closest("form") ?? document;
    const stops = [...scope.querySelectorAll("[data-digit-group], input, select, textarea, button")].filter(
      (stop) => stop === group || (!stop.closest("[data-digit-group] *") && !stop.disabled && stop.checkVisibility() && stop.type !== "hidden"),
    );
    const next = stops[stops.indexOf(group) + 1];
    if (!next) return;
    if (next.matches("[data-digit-group]")) enter(next);
    else next.focus();
  };

  // The question after this one may be asked because of the answer just given: the focus waits for the server's word.
  const PATIENCE_MS = 1500;
  const nextMayAppear = (group) => {
    const places = [...document.querySelectorAll("[data-item]")];
    return places[places.indexOf(group.closest("[data-item]")) + 1]?.hidden ?? false;
  };
  const moveOnWhenAsked = (group) => {
    const go = () => {
      document.removeEventListener("dermis:asked", go);
      clearTimeout(timer);
      if (group.contains(document.activeElement)) moveOn(group);
    };
    const timer = setTimeout(go, PATIENCE_MS);
    document.addEventListener("dermis:asked", go);
  };

  const takeBack = (group) => {
    const chosen = radiosOf(group).find((radio) => radio.checked);
    if (!chosen) return;
    chosen.checked = false;
    chosen.dispatchEvent(new Event("input", { bubbles: true }));
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const moveInGrid = (group, [down, right]) => {
    const rows = [...group.closest(".score-grid").querySelectorAll("tr:has([data-digit-group])")];
    const cellsOf = (row) => [...row.querySelectorAll("[data-digit-group]")];
    const row = rows.findIndex((candidate) => candidate.contains(group));
    const column = cellsOf(rows[row]).indexOf(group);
    const target = rows[row + down] && cellsOf(rows[row + down])[column + right];
    if (target) enter(target);
  };

  // A region of the figure leads to its row, where the link alone would go to the lowest score.
  document.addEventListener("click", (event) => {
    const region = event.target.closest(".body-region")?.dataset.region;
    const group = region && document.querySelector(`.score-grid tr[data-region="${region}"] [data-digit-group]`);
    if (!group) return;
    event.preventDefault();
    enter(group);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const group = event.target.closest("[data-digit-group]");
    if (!group) return;
    if (/^\d$/.test(event.key)) {
      const radio = radioForDigit(group, event.key);
      if (!radio) return;
      event.preventDefault();
      radio.click();
      if (nextMayAppear(group)) moveOnWhenAsked(group);
      else moveOn(group);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      takeBack(group);
    } else if (event.key in ARROWS && group.closest(".score-grid")) {
      event.preventDefault();
      moveInGrid(group, ARROWS[event.key]);
    }
  });
})();
