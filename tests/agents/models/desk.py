"""The agents that are asked in the matrix of servers."""

from agents import Agent, function_tool
from pydantic import BaseModel


@function_tool
def stock(item: str) -> str:
    """How many of an item are left."""
    return f"7 of {item}"


@function_tool
def price(item: str) -> str:
    """What an item costs."""
    return f"{item} costs 12 euros"


class Parcel(BaseModel):
    city: str
    kilos: int


desk = Agent(name="Desk", instructions="You sell tea.", tools=[stock, price])
typed = Agent(name="Typed", instructions="You read addresses.", output_type=Parcel)
expert = Agent(name="Expert", instructions="You know everything about tea.", tools=[stock])
triage = Agent(name="Triage", instructions="You hand over.", handoffs=[expert])
