// What a person would call a slip in the layout of the flight simulator: words that overlap, are cut or lie outside, a projector that
// scrolls, a chart too small to read. Returns one line for each.
() => {
  const words = [...document.querySelectorAll(
    ".tandem h1, .tandem h2, .tandem button, .tandem select, .tandem output, .tandem .line-label, .tandem .leader strong, .tandem .role,"
    + " .tandem .load-line, .tandem .tie > span:last-child, .tandem .now, .tandem .unit, .tandem .model, .tandem .product, .tandem label",
  )].filter((node) => {
    const box = node.getBoundingClientRect();
    return node.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1 && !node.closest(".for-readers, dialog");
  });
  const name = (node) => `${node.className || node.id || node.tagName}: ${node.textContent.trim().slice(0, 30)}`;

  /** The part of a node that no scrolling or hiding ancestor cuts off. */
  const visible = (node) => {
    let { left, top, right, bottom } = node.getBoundingClientRect();
    for (let above = node.parentElement; above; above = above.parentElement) {
      if (getComputedStyle(above).overflowY === "visible") continue;
      const frame = above.getBoundingClientRect();
      [left, top] = [Math.max(left, frame.left), Math.max(top, frame.top)];
      [right, bottom] = [Math.min(right, frame.right), Math.min(bottom, frame.bottom)];
    }
    return { left, top, right, bottom };
  };

  const slips = [];
  const boxes = words.map((node) => [node, visible(node)]).filter(([, box]) => box.right - box.left > 1 && box.bottom - box.top > 1);
  boxes.forEach(([one, a], index) => {
    for (const [other, b] of boxes.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1.5 && high > 1.5) slips.push(`overlap: ${name(one)} | ${name(other)}`);
    }
  });
  for (const node of words) {
    const hides = getComputedStyle(node).overflowX !== "visible" && !node.matches("select, h1");
    if (hides && node.scrollWidth > node.clientWidth + 2) slips.push(`cut: ${name(node)}`);
    const box = node.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) slips.push(`outside: ${name(node)}`);
  }
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) slips.push("the page is wider than the window");
  if (document.querySelector(".projector") && innerWidth >= 800 && page.scrollHeight > innerHeight + 1) slips.push("a projector scrolls");
  for (const plot of document.querySelectorAll(".plot")) {
    if (plot.clientHeight < 90 || plot.clientWidth < 150) slips.push(`small chart: ${plot.clientWidth}x${plot.clientHeight}`);
  }
  return slips;
}
