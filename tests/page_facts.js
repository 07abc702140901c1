// What the tests of the site want to know of a page, at the width and in the theme that it has now.
async () => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const article = document.querySelector("article.bd-article") ?? document.body;
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const scrolls = (element) => element.scrollWidth > element.clientWidth + 1;
  const start = (element) => element.outerHTML.slice(0, 90);
  const ratio = (image, width, height) => image[width] / image[height];

  // The theme may just have changed: its styles hold from the next frame on, after transitions.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  document.getAnimations().filter((motion) => motion instanceof CSSTransition).forEach((motion) => motion.finish());

  // Colours: a colour of any notation as red, green, blue and opacity.
  const known = new Map();
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  function rgba(color) {
    if (!known.has(color)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = color;
      pixel.fillRect(0, 0, 1, 1);
      known.set(color, [...pixel.getImageData(0, 0, 1, 1).data]);
    }
    return known.get(color);
  }
  // The colour that is seen behind an element.
  function background(element) {
    if (!element) return [255, 255, 255];
    const [r, g, b, opacity] = rgba(getComputedStyle(element).backgroundColor);
    if (opacity === 255) return [r, g, b];
    const behind = background(element.parentElement);
    return [r, g, b].map((value, i) => behind[i] + (value - behind[i]) * opacity / 255);
  }
  function luminance(color) {
    const [r, g, b] = color.map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
  // The contrast of an element's own text, as WCAG 2 defines it.
  function contrast(element) {
    const [r, g, b] = rgba(getComputedStyle(element).color);
    const pair = [luminance([r, g, b]), luminance(background(element))].sort((x, y) => y - x);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  }
  // What axe's contrast of a text depends on: its own colours and size, and all that is painted
  // behind it by the elements around; those that lie over others are like no other element.
  const grounds = new Map([[null, ""]]);
  function ground(element) {
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const over = ["absolute", "fixed", "sticky"].includes(style.position) ? grounds.size : "";
      const painted = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.mixBlendMode, over].join();
      const behind = ground(element.parentElement);
      grounds.set(element, painted === "rgba(0, 0, 0, 0),none,1,none,normal," ? behind : `${behind}|${painted}`);
    }
    return grounds.get(element);
  }
  function look(element) {
    const { color, fontSize, fontWeight, textShadow, webkitTextStroke } = getComputedStyle(element);
    return [color, fontSize, fontWeight, textShadow, webkitTextStroke, ground(element)].join();
  }
  const texts = all("body *").filter((element) => shown(element)
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const looks = new Set();
  for (const element of texts) {
    element.toggleAttribute("data-alike", looks.has(look(element)));
    looks.add(look(element));
  }

  // An image that the theme shows, once it is loaded: far down a page it waits for the reader.
  async function loaded(image) {
    const lazy = image.loading === "lazy";
    image.loading = "eager";
    await image.decode().catch(() => {});
    if (lazy) image.loading = "lazy"; // as it was, for the other theme
    return {
      source: image.src, alt: image.alt, width: image.naturalWidth, lazy, article: article.contains(image),
      stated: image.getAttribute("width") / image.getAttribute("height"),
      own: ratio(image, "naturalWidth", "naturalHeight"),
      shown: ratio(image, "width", "height"),
    };
  }
  const images = await Promise.all(all("img").filter(shown).map(loaded));

  const prose = article.cloneNode(true);
  all("pre, code, math, script, style, .text_html", prose).forEach((element) => element.remove());
  const boxes = "pre, .formula, .figure-box, .pst-scrollable-table-container, .cell_output > .output";
  const full = all(".bd-article > section p").filter((paragraph) => shown(paragraph)
    && paragraph.innerText.length > 300
    && !paragraph.querySelector("math") && !paragraph.closest("table, figure, li, .admonition, .lead"));

  return {
    title: document.title,
    theme: document.documentElement.dataset.theme,
    headings: all("h1", article).filter(shown).map((heading) => heading.textContent),
    levels: all("main :is(h1, h2, h3, h4, h5, h6)").filter(shown).map((heading) => +heading.tagName[1]),
    images,
    captions: all("figure", article).map((figure) => figure.querySelector("figcaption")?.textContent ?? ""),
    formulas: all(".math", article).map((element) => ({
      text: element.textContent,
      drawn: !!element.querySelector("math") && element.getBoundingClientRect().height > 8,
    })),
    latex: prose.textContent.match(/\$\$|\\[a-zA-Z]+|\$[^$\n]*\$/g) ?? [],
    objects: article.textContent.match(/<\S+ at 0x\w+>/g) ?? [],
    links: all("a[href]").map((link) => link.href),
    tables: all("article table").map((table) =>
      [...table.querySelectorAll("th")].map((header) => header.getAttribute("scope"))),
    faint: texts.filter((element) => article.contains(element) && !element.closest("svg") && contrast(element) < 4.5)
      .map((element) => `${element.textContent.trim().slice(0, 40)} (${contrast(element).toFixed(1)})`),
    sideways: all("html, .bd-main, .bd-content, .bd-article-container, .bd-article").filter(scrolls).map(start),
    // The mouse can do something with these, and the keyboard does not come to them.
    unreachable: [...all("a[href], button, input, summary"), ...all(boxes).filter(scrolls)]
      .filter((element) => shown(element) && element.tabIndex < 0)
      .filter((element) => !element.closest("[role=grid]")?.querySelector("[tabindex='0']")) // by arrows
      .map(start),
    characters: full.map((paragraph) => paragraph.innerText.length
      / (paragraph.clientHeight / parseFloat(getComputedStyle(paragraph).lineHeight))),
    // Signs that only an icon font could draw.
    signs: all("*")
      .flatMap((element) => [getComputedStyle(element, "::before"), getComputedStyle(element, "::after")])
      .map((style) => style.content)
      .filter((content) => /[\ue000-\uf8ff]/.test(content)),
  };
}
