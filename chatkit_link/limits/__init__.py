"""How much anybody may use: rates, budgets, and the keeping of what models did."""
