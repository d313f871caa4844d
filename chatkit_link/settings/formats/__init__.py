"""How the text of a setting is read: keys, addresses, lists, or plain lines.

An environment variable holds what its author pasted: with a line break at the end, in quotes, after the word Bearer,
from a page that adds invisible characters. What surrounds a value is removed. A value that no server could accept is
refused when the settings are read, where the message can name the variable: sent as it is, it would only look as if
the server could not be reached.
"""
