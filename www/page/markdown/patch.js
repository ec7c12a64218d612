// Brings the nodes of the open block up to date. What is equal stays as it is, so a selection, a scrolled table and the focus
// stay too, and the browser lays out only what is new.

/** @param {ParentNode & Node} place @param {Node[]} nodes what it is to contain */
export function patch(place, nodes) {
  nodes.forEach((node, at) => {
    const old = place.childNodes[at];
    if (!old) place.append(node);
    else if (!old.isEqualNode(node)) update(old, node);
  });
  while (place.childNodes.length > nodes.length) place.lastChild?.remove();
}

/** @param {ChildNode} old @param {Node} node */
function update(old, node) {
  if (old instanceof Text && node instanceof Text) {
    // Text that only grows keeps its selection.
    if (node.data.startsWith(old.data)) old.appendData(node.data.slice(old.data.length));
    else old.data = node.data;
  } else if (old instanceof Element && node instanceof Element && old.cloneNode(false).isEqualNode(node.cloneNode(false))) {
    patch(old, [...node.childNodes]);
  } else {
    old.replaceWith(node);
  }
}
