"""How much each user may use: rates, budgets, and the record of what models used."""
