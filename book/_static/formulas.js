// A copied formula is its LaTeX, as text; as HTML it stays a formula. Copied is the whole.
document.addEventListener("copy", event => {
  const selection = getSelection();
  if (selection.isCollapsed || event.target.matches?.("input, textarea")) return;
  const range = selection.getRangeAt(0).cloneRange();
  const formula = node => (node.closest ? node : node.parentElement).closest("math");
  const first = formula(range.startContainer), last = formula(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  // It must be in the page to be read out as it is seen, in paragraphs and lines.
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  if (!copy.querySelector("math")) return;
  event.clipboardData.setData("text/html", copy.innerHTML);
  for (const math of copy.querySelectorAll("math")) {
    const sign = math.getAttribute("display") == "block" ? "$$" : "$";
    math.replaceWith(sign + math.querySelector("annotation").textContent + sign);
  }
  for (const sign of copy.querySelectorAll(".headerlink, button")) sign.remove();
  document.querySelector("article").append(copy);
  event.clipboardData.setData("text/plain", copy.innerText);
  copy.remove();
  event.preventDefault();
});
