"""What can be bought: products, to whom they are sold, and which must be ordered directly (rules, section 4)."""

import tomllib
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from states.facts import MarketSegment, OfferType
from states.problems import Problem, problems

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")


class CatalogueError(ValueError):
    """A catalogue file that cannot be used; its text lists every problem, one a line."""

    def __init__(self, *found: str) -> None:
        self.problems = found
        super().__init__("\n".join(("The catalogue cannot be used:", *(f"  {problem}" for problem in found))))


def _product_id(text: str) -> str:
    if not (1 <= len(text) <= 64 and _LETTERS.issuperset(text)):
        raise ValueError(f"{text!r} is not a product id, 1 to 64 letters, digits and ._:- are right")
    return text


def _printable(text: str) -> str:
    if not text.isprintable() or text != text.strip():
        raise ValueError(f"{text!r} cannot be printed in a letter, one line without control characters is right")
    return text


def _each_once(segments: tuple[MarketSegment, ...]) -> tuple[MarketSegment, ...]:
    if len(set(segments)) < len(segments):
        raise ValueError(f"{', '.join(segments)} names a segment twice, each once is right")
    return segments


class Product(BaseModel):
    """One product: the ID by which it is authorized and ordered, and who may have it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    product: Annotated[str, AfterValidator(_product_id)]
    name: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_printable)]
    offer_type: OfferType
    segments: Annotated[tuple[MarketSegment, ...], Field(min_length=1), AfterValidator(_each_once)]
    order_directly: Annotated[bool, Field(strict=True)] = False
    """Cannot be authorized: it is ordered from the vendor at once (`product_not_authorizable`)."""


class Catalogue:
    """All products by their ID, in the order of the file. Raises CatalogueError when two have the same."""

    def __init__(self, products: Iterable[Product]) -> None:
        in_order = tuple(products)
        self._products = {product.product: product for product in in_order}
        if repeated := _repeated([product.product for product in in_order]):
            raise CatalogueError(*repeated)

    @classmethod
    def from_toml(cls, text: str) -> "Catalogue":
        """The catalogue of a file with tables `[[products]]`. Raises CatalogueError with every problem at once."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise CatalogueError(f"it is not TOML: {error}") from None
        tables = data.pop("products", [])
        found = [f"{name}: there is no such table, products stand under [[products]]" for name in data]
        if not isinstance(tables, list) or not tables:
            raise CatalogueError(*found, "products: there is none, one table [[products]] for each is right")
        products = []
        for index, table in enumerate(tables):
            try:
                products.append(Product.model_validate(table))
            except ValidationError as error:
                found += [_told(index, table, problem) for problem in problems(error, Product)]
        found += _repeated([table["product"] for table in tables if isinstance(table, dict) and "product" in table])
        if found:
            raise CatalogueError(*found)
        return cls(products)

    def get(self, product_id: str) -> Product | None:
        """The product with that ID; None for `product_unknown`."""
        return self._products.get(product_id)

    def __iter__(self) -> Iterator[Product]:
        return iter(self._products.values())

    def __len__(self) -> int:
        return len(self._products)

    def __contains__(self, product_id: object) -> bool:
        return product_id in self._products


def _told(index: int, table: object, problem: Problem) -> str:
    """A problem with the place of the product in the file, counted from one, and its ID where it has one."""
    product = table.get("product") if isinstance(table, dict) else None
    which = f"product {index + 1}" + (f" ({product})" if isinstance(product, str) else "")
    return f"{which}: {problem}"


def _repeated(ids: list[object]) -> list[str]:
    texts = [text for text in ids if isinstance(text, str)]
    return [
        f"product {text!r} is in it {texts.count(text)} times, once is right"
        for text in dict.fromkeys(texts)
        if texts.count(text) > 1
    ]
