/*
 * A browser's page translation, spelling extensions and password managers change a document that is not theirs: they
 * wrap a text into elements of their own, put others in its place, or take it away. React keeps hold of the nodes it
 * made, and where one is not where it was put, it throws, and the chat is gone.
 *
 * So in this document, which is the chat's alone, the three operations by which React changes nodes that it made find
 * out what has become of one. A text that was replaced comes back when there is a new text for it, since what stands
 * in its place belongs to the old one.
 *
 * Invariant: where nothing was changed by others, each operation is the browser's own.
 */

/** What stands in the place of a node that others took out. */
const standIns = new WeakMap<Node, ChildNode>();

export function tolerateForeignNodes(): void {
  const observer = new MutationObserver(note);
  observer.observe(document, { childList: true, subtree: true });
  const settle = () => note(observer.takeRecords());
  const { removeChild, insertBefore } = Node.prototype;
  const nodeValue = Object.getOwnPropertyDescriptor(Node.prototype, 'nodeValue');

  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    settle();
    const around = child.parentNode;
    (child as Partial<ChildNode>).remove?.();
    removeEmptied(around, this);
    standInOf(child)?.remove();
    return child;
  };

  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null): T {
    if (!before || before.parentNode === this) return insertBefore.call(this, node, before) as T;
    settle();
    return insertBefore.call(this, node, placeIn(this, standInOf(before) ?? before)) as T;
  };

  if (!nodeValue?.set) return;
  const { set } = nodeValue;
  Object.defineProperty(Node.prototype, 'nodeValue', {
    ...nodeValue,
    set(this: Node, value: string | null) {
      if (!this.parentNode && this.nodeType === Node.TEXT_NODE) {
        settle();
        standInOf(this)?.replaceWith(this);
        standIns.delete(this);
      }
      set.call(this, value);
    },
  });
}

/** What was put beside a node that was taken out, or in its place, stands in for it. */
function note(records: MutationRecord[]) {
  for (const { addedNodes, removedNodes, previousSibling, nextSibling } of records) {
    for (const node of removedNodes) {
      if (node.parentNode) continue;
      const standIn = [...addedNodes, previousSibling, nextSibling].find((one) => one && isForeign(one));
      if (standIn) standIns.set(node, standIn as ChildNode);
    }
  }
}

/** React leaves a key of its own on each element it makes. */
const isForeign = (node: Node) =>
  node.nodeType === Node.ELEMENT_NODE && !Object.keys(node).some((key) => key.startsWith('__react'));

function standInOf(node: Node): ChildNode | undefined {
  const standIn = node.parentNode ? undefined : standIns.get(node);
  return standIn?.parentNode ? standIn : undefined;
}

/** The child of the parent that is the node, or is around it; null, which is the end, if there is none. */
function placeIn(parent: Node, node: Node): Node | null {
  let place: Node | null = node;
  while (place && place.parentNode !== parent) place = place.parentNode;
  return place;
}

/** Wrappers in which nothing is left. */
function removeEmptied(from: Node | null, top: Node) {
  for (let node = from; node && node !== top && isForeign(node) && !node.hasChildNodes(); ) {
    const around: Node | null = node.parentNode;
    (node as Element).remove();
    node = around;
  }
}
