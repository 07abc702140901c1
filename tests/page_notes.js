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
// Reads the page to its end, a screen at a time, as soon as the images of a screen are there.
window.readToTheEnd = async () => {
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    await new Promise(requestAnimationFrame);
    const seen = [...document.images].filter((image) => {
      const { top, bottom, width } = image.getBoundingClientRect();
      return width && top < innerHeight && bottom > 0;
    });
    await Promise.all(seen.map((image) => image.decode().catch(() => {})));
  }
  await new Promise(requestAnimationFrame);
};
