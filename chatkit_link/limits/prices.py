"""What the use of a model costs, by the table of the settings."""

import logging
import re
from collections.abc import Mapping
from decimal import Decimal

from chatkit_link.settings import Price

logger = logging.getLogger(__name__)

#: The key for models that have no price of their own.
ANY = "*"
_MILLION = Decimal(1_000_000)
_MINUTE = Decimal(60)
#: A dated snapshot costs what its model costs: gpt-5.5-2026-04-23.
_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


class Prices:
    """The table of prices. A model that is not in it costs nothing, which is logged once."""

    def __init__(self, table: Mapping[str, Price]) -> None:
        self._table = table
        self._unpriced: set[str] = set()

    def cost(self, model: str, *, input_tokens: int, cached_tokens: int, output_tokens: int, seconds: float) -> Decimal:
        """The cost, in the currency of the table. cached_tokens: those of the input that were; seconds: of audio."""
        price = self._find(model)
        if price is None:
            return Decimal(0)
        cached = price.input if price.cached is None else price.cached
        tokens = (input_tokens - cached_tokens) * price.input + cached_tokens * cached + output_tokens * price.output
        return tokens / _MILLION + Decimal(str(seconds)) * price.minute / _MINUTE

    def _find(self, model: str) -> Price | None:
        for name in (model, _DATE.sub("", model), ANY):
            if name in self._table:
                return self._table[name]
        if self._table and model not in self._unpriced:
            self._unpriced.add(model)
            logger.warning("CHATKIT_LINK_PRICES has no price for the model %r: it counts as free", model)
        return None
