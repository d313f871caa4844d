"""A thread as a tree, in dictionaries: what the store's branches are compared with."""

from dataclasses import dataclass, field


@dataclass
class Node:
    """An item. number: its place in the order in which all were added. is_question: whether it is a user's message.

    parent_record: what was recorded of the turn of its parent while this one followed, once it has left the path;
    record: the same of its own turn, if it was the last one then.
    """

    id: str
    number: int
    parent: "Node | None"
    is_question: bool
    is_hidden: bool = False
    parent_record: str | None = None
    record: str | None = None
    opinion: str | None = None


@dataclass
class Tree:
    """path: the items that are displayed. records: of these."""

    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    path: list[Node] = field(default_factory=list[Node])
    records: dict[str, str] = field(default_factory=dict[str, str])
    added: int = 0

    def add(self, item_id: str, *, is_question: bool = False, is_hidden: bool = False) -> None:
        self.added += 1
        parent = self.path[-1] if self.path else None
        node = Node(item_id, self.added, parent, is_question, is_hidden)
        self.nodes[item_id] = node
        self.path.append(node)

    def cut(self, length: int) -> None:
        """All of the path behind so many items leaves it."""
        for at in range(length, len(self.path)):
            self.path[at].parent_record = self.records.get(self.path[at - 1].id) if at else None
        if self.path[length:]:
            self.path[-1].record = self.records.get(self.path[-1].id)
        for node in self.path[length:]:
            self.records.pop(node.id, None)
        del self.path[length:]

    def edit(self, item_id: str) -> None:
        self.cut(self._place(item_id))

    def answer_again(self, item_id: str) -> None:
        """What is recorded of the old answer goes with it."""
        self.cut(self._place(item_id) + 1)
        self.records.pop(item_id, None)

    def walk(self, item_id: str) -> None:
        if self.is_displayed(item_id):
            return
        node = max(self._below(self.nodes[item_id]), key=lambda each: each.number)
        way = list[Node]()
        while node not in self.path:
            way.insert(0, node)
            if node.parent is None:
                break
            node = node.parent
        self.cut(self._place(way[0].parent.id) + 1 if way[0].parent else 0)
        for each in way:
            if each.parent is not None:
                self._record(each.parent.id, each.parent_record)
            self.path.append(each)
        self._record(way[-1].id, way[-1].record)

    def delete(self, item_id: str) -> None:
        """One item of the path: other answers to a question go with it, other items hang on the one before then."""
        place = self._place(item_id)
        node, before = self.path[place], self.path[place - 1] if place else None
        for child in self._children(node):
            if child in self.path:
                child.parent = before
            elif node.is_question:
                for gone in self._below(child):
                    del self.nodes[gone.id]
            else:
                child.parent = before
                child.parent_record = self.records.get(before.id) if before else None
        del self.path[place], self.nodes[item_id]
        self.records.pop(item_id, None)

    def is_displayed(self, item_id: str) -> bool:
        return any(node.id == item_id for node in self.path)

    def branches(self) -> list[tuple[str, tuple[str, ...]]]:
        found = list[tuple[str, tuple[str, ...]]]()
        for at, node in enumerate(self.path):
            siblings = [each for each in self.nodes.values() if each.parent is node.parent]
            if len(siblings) > 1:
                name = self._displayed_from(at)
                ids = [name if each is node else each.id for each in sorted(siblings, key=lambda each: each.number)]
                found.append((name, tuple(ids)))
        return found

    def _displayed_from(self, place: int) -> str:
        for node in self.path[place:]:
            if node.is_question and node is not self.path[place]:
                break
            if not node.is_hidden:
                return node.id
        return self.path[place].id

    def _record(self, item_id: str, record: str | None) -> None:
        if record is None:
            self.records.pop(item_id, None)
        else:
            self.records[item_id] = record

    def _place(self, item_id: str) -> int:
        return next(at for at, node in enumerate(self.path) if node.id == item_id)

    def _children(self, node: Node) -> list[Node]:
        return [each for each in self.nodes.values() if each.parent is node]

    def _below(self, node: Node) -> list[Node]:
        return [node, *(each for child in self._children(node) for each in self._below(child))]
