"""The catalogue that this process sells from.

It is not part of a case: a new product can be bought by every customer at once. Whoever starts a worker or a
simulation puts it here; deciding on replay never asks for it.
"""

from states.catalogue import Catalogue

_catalogue = Catalogue(())


def put(catalogue: Catalogue) -> None:
    """Sell from this catalogue from now on."""
    global _catalogue
    _catalogue = catalogue


def catalogue() -> Catalogue:
    return _catalogue


def product_name(product: str) -> str:
    """The name for letters and answers; the ID of a product that is no longer sold."""
    found = _catalogue.get(product)
    return product if found is None else found.name
