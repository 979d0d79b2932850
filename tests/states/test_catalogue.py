"""The catalogue: the shipped file, and every mistake in a file told at once."""

from pathlib import Path

import pytest

from states.catalogue import Catalogue, CatalogueError, Product
from states.facts import MarketSegment, OfferType

SHIPPED = (Path(__file__).parents[2] / "catalogue.toml").read_text(encoding="utf-8")

PHOTOSHOP = Product(
    product="photoshop-team", name="Photoshop", offer_type=OfferType.TEAM, segments=(MarketSegment.COMMERCIAL,)
)


def test_the_shipped_catalogue_sells_both_offer_types_to_every_segment() -> None:
    catalogue = Catalogue.from_toml(SHIPPED)
    assert len(catalogue) >= 20
    sold = {(product.offer_type, segment) for product in catalogue for segment in product.segments}
    assert sold == {(offer_type, segment) for offer_type in OfferType for segment in MarketSegment}


def test_the_shipped_device_licences_and_only_they_are_ordered_directly() -> None:
    catalogue = Catalogue.from_toml(SHIPPED)
    assert [product.product for product in catalogue if product.order_directly] == [
        "acrobat-pro-enterprise-device",
        "cc-all-apps-enterprise-device",
        "cc-all-apps-education-device",
    ]


def test_a_product_is_found_by_its_id_and_an_unknown_one_is_none() -> None:
    catalogue = Catalogue([PHOTOSHOP])
    assert catalogue.get("photoshop-team") == PHOTOSHOP
    assert catalogue.get("Photoshop-team") is None
    assert "photoshop-team" in catalogue
    assert list(catalogue) == [PHOTOSHOP]


def test_two_products_with_one_id_are_refused() -> None:
    with pytest.raises(CatalogueError, match="product 'photoshop-team' is in it 2 times, once is right"):
        Catalogue([PHOTOSHOP, PHOTOSHOP])


def test_every_mistake_of_a_catalogue_is_told_at_once() -> None:
    text = """
        version = 1

        [[products]]
        product = "photo shop"
        name = "Photoshop"
        offer_type = "teams"
        segments = ["commercial", "military"]

        [[products]]
        product = "acrobat"
        name = "Acrobat\\u0007"
        offer_type = "team"
        segments = []
        order_direct = true

        [[products]]
        product = "acrobat"
        offer_type = "team"
        segments = ["education", "education"]
        order_directly = "yes"
    """
    with pytest.raises(CatalogueError) as refused:
        Catalogue.from_toml(text)
    assert refused.value.problems == (
        "version: there is no such table, products stand under [[products]]",
        "product 1 (photo shop): product: 'photo shop' is not a product id, 1 to 64 letters, digits and ._:- are right",
        "product 1 (photo shop): offer_type: 'teams' is unknown, 'team' or 'enterprise' is right",
        "product 1 (photo shop): segments[1]: 'military' is unknown, "
        "'commercial', 'government' or 'education' is right",
        "product 2 (acrobat): name: 'Acrobat\\x07' cannot be printed in a letter, "
        "one line without control characters is right",
        "product 2 (acrobat): segments: the list is empty, at least one entry is right",
        "product 2 (acrobat): order_direct: there is no such setting, perhaps order_directly is meant",
        "product 3 (acrobat): name: is missing, it has no default",
        "product 3 (acrobat): segments: education, education names a segment twice, each once is right",
        "product 3 (acrobat): order_directly: 'yes' is neither true nor false, write one of them without quotes",
        "product 'acrobat' is in it 2 times, once is right",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "products: there is none"),
        ("products = 3", "products: there is none"),
        ("products = ['photoshop']", "product 1: 'photoshop' is not a table"),
        ("[[products]]\nproduct = photoshop", "it is not TOML: .* line 2"),
        (f'[[products]]\nproduct = "{"x" * 65}"', "is not a product id"),
        ('[[products]]\nproduct = "é"', "is not a product id"),
        ('[[products]]\nproduct = ""', "is not a product id"),
        ("[[products]]\nproduct = 7", "product: 7 is not a text"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(text: str, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        Catalogue.from_toml(text)


def test_an_id_of_64_characters_is_allowed() -> None:
    text = f'[[products]]\nproduct = "{"x" * 64}"\nname = "X"\noffer_type = "team"\nsegments = ["commercial"]'
    assert len(Catalogue.from_toml(text)) == 1
