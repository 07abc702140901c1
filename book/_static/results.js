// Summary: choose the rows of the forest plot by outcome and by chapter.
(() => {
  const form = document.querySelector("form.results-filter");
  if (!form) return;
  const { outcome, chapter } = form.elements;
  const rows = [...document.querySelectorAll("table.forest-plot tbody tr")].map((row) => ({
    row,
    outcome: row.cells[2].textContent.trim(),
    chapter: row.cells[4].textContent.trim(),
  }));

  const fill = (select, values) =>
    [...new Set(values)]
      .sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
      .forEach((value) => select.add(new Option(value, value)));
  fill(outcome, rows.map((entry) => entry.outcome));
  fill(chapter, rows.map((entry) => entry.chapter));

  const choose = () => {
    for (const entry of rows) {
      entry.row.hidden =
        (outcome.value && entry.outcome !== outcome.value) ||
        (chapter.value && entry.chapter !== chapter.value);
    }
    const chosen = Boolean(outcome.value || chapter.value);
    for (const fold of document.querySelectorAll("details.secondary")) {
      const some = fold.querySelector("tbody tr:not([hidden])") !== null;
      fold.hidden = !some;
      if (chosen) fold.open = some;
    }
    const shown = rows.filter((entry) => !entry.row.hidden).length;
    form.querySelector("output").value = `${shown} of ${rows.length} assertions`;
  };
  form.addEventListener("change", choose);
  form.addEventListener("submit", (event) => event.preventDefault());
  choose();
})();
