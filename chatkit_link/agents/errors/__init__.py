"""Why an answer failed: errors of openai, agents and HTTP clients as codes for users and as lines for the log."""
