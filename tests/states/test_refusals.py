"""Every "no" says all its reasons at once (rules, section 4)."""

from states.refusals import Reason, Refused

OVERDUE = Reason("overdue_items", "Something is overdue; place its order or write it off first.")
UNKNOWN = Reason("product_unknown", "papyrus is not in the catalogue.", product="papyrus")


def test_sentences_stand_after_each_other() -> None:
    refused = Refused([OVERDUE, UNKNOWN])
    assert str(refused) == (
        "Something is overdue; place its order or write it off first. papyrus is not in the catalogue."
    )
    assert refused.code == "overdue_items"


def test_what_is_wrong_with_fields_stands_between_semicolons() -> None:
    reasons = [Reason("invalid_request", f"{field}: Field required", field=field) for field in ("region", "contact")]
    assert str(Refused(reasons)) == "region: Field required; contact: Field required"
