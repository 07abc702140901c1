// A box that scrolls can be reached by keyboard as long as there is something to scroll.
// The theme does the same for code and tables.
addEventListener("DOMContentLoaded", () => {
  const watcher = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  document.querySelectorAll(".formula, .figure-box").forEach((box) => watcher.observe(box));
});
