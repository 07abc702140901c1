// What the tests of the site want to know of a page that a browser shows.
async () => {
  const article = document.querySelector("article.bd-article");
  const all = (selector, within = article) => [...within.querySelectorAll(selector)];
  const known = new Map();
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });

  // A colour of any notation as red, green, blue and opacity.
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
  // An image that the theme shows, once it is loaded: far down a page it waits for the reader.
  async function loaded(image) {
    image.loading = "eager";
    await image.decode().catch(() => {});
    return { source: image.src, alt: image.alt, width: image.naturalWidth };
  }
  const words = all("*").filter((element) => shown(element) && !element.closest("svg, details:not([open])")
    && [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const prose = article.cloneNode(true);
  all("pre, code, math, script, style, .text_html", prose).forEach((element) => element.remove());

  return {
    title: document.title,
    headings: all("h1").filter(shown).map((heading) => heading.textContent),
    images: await Promise.all(all("img").filter(shown).map(loaded)),
    captions: all("figure").map((figure) => figure.querySelector("figcaption")?.textContent ?? ""),
    formulas: all(".math").map((element) => ({
      text: element.textContent,
      drawn: !!element.querySelector("math") && element.getBoundingClientRect().height > 8,
    })),
    links: all("a[href]", document).map((link) => link.href),
    ids: all("[id]", document).map((element) => element.id),
    theme: document.documentElement.dataset.theme,
    faint: words.filter((element) => contrast(element) < 4.5)
      .map((element) => `${element.textContent.trim().slice(0, 40)} (${contrast(element).toFixed(1)})`),
    prose: prose.textContent,
    text: article.textContent,
    sideways: [document.documentElement, ...all(".bd-main, .bd-content, .bd-article-container, .bd-article", document)]
      .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.className || "the page"),
  };
}
