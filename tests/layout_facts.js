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
