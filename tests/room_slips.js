// What a person would call a slip in the looks of a page of the room: words that are cut, overlap or lie outside, targets too small for
// a thumb, a wall that scrolls. Returns one line for each.
(thumb) => {
  const found = [];
  const name = (node) => `${node.tagName.toLowerCase()}.${node.className?.baseVal ?? node.className}#${node.id}: ${node.textContent.trim().slice(0, 40)}`;
  const seen = (node) => {
    const box = node.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && node.checkVisibility({ visibilityProperty: true }) && !node.closest(".for-readers");
  };
  const ownText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const words = [...document.querySelectorAll("body *")].filter((node) => ownText(node) && seen(node) && !node.closest("noscript, script"));
  for (const node of words) {
    const box = node.getBoundingClientRect();
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`outside: ${name(node)}`);
    if (node.scrollWidth > node.clientWidth + 2 && getComputedStyle(node).overflowX !== "visible") found.push(`cut: ${name(node)}`);
    const svg = node.closest("svg");
    if (svg) {
      const frame = svg.getBoundingClientRect();
      if (box.right > frame.right + 2 || box.left < frame.left - 2 || box.bottom > frame.bottom + 3) found.push(`outside its drawing: ${name(node)}`);
    }
  }
  const boxes = words.filter((node) => !node.closest(".bottom, header.head, .notice-bar") && getComputedStyle(node).display !== "inline")
    .map((node) => [node, node.getBoundingClientRect()]);
  boxes.forEach(([one, a], index) => {
    for (const [other, b] of boxes.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 2 && high > 3) found.push(`overlap: ${name(one)} | ${name(other)}`);
    }
  });
  if (document.scrollingElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
  if (thumb) for (const node of document.querySelectorAll("button, a.button, input[type=range], input[type=text], .choice, summary")) {
    const box = node.getBoundingClientRect();
    if (seen(node) && (box.height < thumb - 0.5 || box.width < thumb - 0.5)) found.push(`small: ${name(node)} ${box.width}x${box.height}`);
  }
  const wall = document.querySelector("body.stage");
  if (wall && innerWidth >= 900) for (const node of [document.scrollingElement, document.querySelector("main"), ...document.querySelectorAll(".body, .card, .debrief-page")]) {
    if (node.scrollHeight > node.clientHeight + 2 && !(node === document.querySelector(".body") && node.clientHeight === 0)) found.push(`hides ${node.scrollHeight - node.clientHeight} px: ${node.className}`);
  }
  return found;
}
