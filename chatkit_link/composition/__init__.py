"""The composition root: opens what the routes need, in order, and hands each part what it uses. Wiring only."""
