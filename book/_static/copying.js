// Copies formulas as the LaTeX that they were written in, between dollars: $a$ in a line, $$a$$ alone.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || !event.clipboardData) return;
  const range = selection.getRangeAt(0).cloneRange();
  const formula = (node) => (node.closest ? node : node.parentElement)?.closest("math");
  const [first, last] = [formula(range.startContainer), formula(range.endContainer)];
  if (first) range.setStartBefore(first); // a part of a formula would not be one
  if (last) range.setEndAfter(last);
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  const formulas = copy.querySelectorAll("math");
  if (!formulas.length) return;
  event.clipboardData.setData("text/html", copy.innerHTML);
  copy.querySelectorAll(".headerlink").forEach((link) => link.remove());
  for (const math of formulas) {
    const dollars = math.getAttribute("display") === "block" ? "$$" : "$";
    math.replaceWith(dollars + math.querySelector("annotation").textContent + dollars);
  }
  copy.style.cssText = "position: fixed; top: 0; left: -100vw; width: 100vw";
  document.body.append(copy); // a text has lines only where it is laid out
  event.clipboardData.setData("text/plain", copy.innerText);
  copy.remove();
  event.preventDefault();
});
