// What every page does before it is drawn, and what its buttons do.
(() => {
  // The theme is known before the first line is drawn, so a page never turns dark as it is read.
  const page = document.documentElement;
  const stored = (() => {
    try {
      return localStorage.getItem("mode");
    } catch {
      return null; // the reader keeps no data of this site
    }
  })();
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  page.dataset.mode = stored || page.dataset.theme || "auto";
  page.dataset.theme = page.dataset.mode === "auto" ? system : page.dataset.mode;

  document.addEventListener("click", (event) => {
    if (event.target.closest(".btn-download-pdf-button")) print();
    if (event.target.closest(".highlight-link")) {
      event.preventDefault(); // its address is a script, which the policy forbids
      SphinxHighlight.hideSearchWords();
    }
  });
})();
