"""What may happen at random: quantities, references, days; what matters comes often."""

from hypothesis import strategies as st

PRODUCTS = ("cc-all-apps-team", "photoshop-team")

SOME = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(1, 4), min_size=1, max_size=2)
MAYBE = st.none() | SOME
LINES = st.sampled_from(
    [{PRODUCTS[0]: 5}] * 8 + [{PRODUCTS[0]: 2, PRODUCTS[1]: 3}] * 4 + [{PRODUCTS[0]: 0, PRODUCTS[1]: 1}]
)
REFERENCES = st.sampled_from(["", "", "", "", "PO-1", "PO-2"])
"""Mostly one that was never used."""
WHICH = st.integers(0, 3)
TOLD = st.sampled_from([None] * 6 + [(0, 0), (1, 480), (5, 480), (14, 0), (14, None), (30, 0), (100, None), (-1, None)])
"""When it is said to have happened: days ago, and the minute of the day; often when something else was due."""
GAPS = st.tuples(
    st.sampled_from([0, 0, 1, 2, 3, 7, 12, 14, 15, 16, 30, 31, 46, 60, 61, 62, 90, 275]),
    st.sampled_from([0, 8 * 60, 630, 1439, 5 * 60 + 7]),
)
"""Days and the minute of the day: often the very instant at which something is due."""
CHOICE = st.integers(0, 11)
