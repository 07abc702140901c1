// Notes, from the first moment of a page, what shifts in it and what its policy forbids.
window.shifts = [];
window.violations = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    if (!shift.hadRecentInput) {
      const moved = shift.sources.map(({ node }) => node?.className || node?.nodeName);
      window.shifts.push({ value: shift.value, moved });
    }
  }
}).observe({ type: "layout-shift", buffered: true });
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} forbids ${event.blockedURI} ${event.sample}`);
});
// What was noted until now, signs that only an icon font could draw, and how large images are.
window.layoutFacts = () => ({
  shifts: window.shifts,
  violations: window.violations,
  signs: [...document.querySelectorAll("*")]
    .flatMap((element) => [getComputedStyle(element, "::before"), getComputedStyle(element, "::after")])
    .map((style) => style.content)
    .filter((content) => /[\ue000-\uf8ff]/.test(content)),
  images: [...document.querySelectorAll("img")].filter((image) => image.naturalWidth).map((image) => ({
    source: image.src,
    stated: image.getAttribute("width") / image.getAttribute("height"),
    own: image.naturalWidth / image.naturalHeight,
    shown: image.width / image.height,
    lazy: image.loading === "lazy",
  })),
});
