"""The stores of ChatKit Link behind a route of one's own, which calls ``server.process`` by itself.

Nothing else of ChatKit Link is in such a server: no runs, no sign-in, no page. ``docs/how-to/own-route.md`` says what
its author gives up, and what is kept.
"""
