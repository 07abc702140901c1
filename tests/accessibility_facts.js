// What the tests of accessibility want to know of a page that a browser shows.
() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const scrolls = (element) => element.scrollWidth > element.clientWidth + 1;
  const start = (element) => element.outerHTML.slice(0, 90);
  const boxes = "pre, .formula, .figure-box, .pst-scrollable-table-container, .cell_output > .output";
  const full = all(".bd-article > section p").filter((paragraph) => shown(paragraph)
    && paragraph.innerText.length > 300
    && !paragraph.querySelector("math") && !paragraph.closest("table, figure, li, .admonition, .lead"));

  return {
    sideways: all("html, .bd-main, .bd-content, .bd-article").filter(scrolls).map(start),
    // The mouse can do something with these, and the keyboard does not come to them.
    unreachable: [...all("a[href], button, input, summary"), ...all(boxes).filter(scrolls)]
      .filter((element) => shown(element) && element.tabIndex < 0)
      .filter((element) => !element.closest("[role=grid]")?.querySelector("[tabindex='0']")) // by arrows
      .map(start),
    tables: all("article table").map((table) =>
      [...table.querySelectorAll("th")].map((header) => header.getAttribute("scope"))),
    levels: all("main :is(h1, h2, h3, h4, h5, h6)").filter(shown).map((heading) => +heading.tagName[1]),
    characters: full.map((paragraph) => paragraph.innerText.length
      / (paragraph.clientHeight / parseFloat(getComputedStyle(paragraph).lineHeight))),
    images: all("article img").filter(shown).map((image) => image.getAttribute("src")),
  };
}
