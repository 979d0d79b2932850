"""Policy files: every mistake of form is told at once, and a profile starts from the default one."""

import pytest

from states.policy import Policy, PolicyError


def test_a_broken_file_is_told_every_mistake_of_form_and_of_sense_at_once() -> None:
    text = """
        [profiles.default]
        time_zone = "Mars/Olympus"
        letter_hour = 24
        duration_mode = "daily"
        langauge = "da"
        [profiles.default.language_by_region]
        dk = "danish"
        [profiles.default.authorization]
        order_due_days = "14"
        extension_days = 1.5
        warning_days = 7
        member_quantity = 200000
        [profiles.default.renewal]
        contact_hears_of_upcoming = 1
        last_chance_days = [0, 40]
        [profiles.default.returns]
        window_days = true
        [profiles.default.anniversary.custom_at_most_months]
        military = 36
    """
    with pytest.raises(PolicyError) as refused:
        Policy.from_toml(text)
    assert str(refused.value).splitlines()[0] == "Profile 'default' of the policy file cannot be used:"
    assert sorted(refused.value.problems) == [
        "anniversary.custom_at_most_months: 'military' is not a market segment, "
        "commercial, government, education are right",
        "authorization.extension_days: 1.5 is not a whole number, write one without quotes, as in 14",
        "authorization.member_quantity and authorization.largest_quantity: 200000 licences for a member are more than "
        "anybody may have, at most 100000 is right",
        "authorization.order_due_days: '14' is not a whole number, write one without quotes, as in 14",
        "authorization.warning_days: 7 is not a list, write it in square brackets",
        "duration_mode: 'daily' is unknown, 'next_month' or 'running_month' is right",
        "langauge: there is no such setting, perhaps language is meant",
        "language_by_region.dk: 'danish' is not a language, two or three small letters are right, as in da",
        "language_by_region.dk: 'dk' is not a region, a country's two capital letters are right, as in DK",
        "letter_hour: 24 is too large, at most 23 is right",
        "renewal.contact_hears_of_upcoming: 1 is neither true nor false, write one of them without quotes",
        "renewal.last_chance_days[0]: 0 is too small, at least 1 is right",
        "returns.window_days: True is not a whole number, write one without quotes, as in 14",
        "time_zone: 'Mars/Olympus' is not a known time zone, an IANA name is right, as in Europe/Copenhagen",
        "version: is missing, it has no default",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "profiles: there is none"),
        ("profiles = 3", "profiles: there is none"),
        ("[profiles]\ndefault = 3", "profiles.default: 3 is not a table of settings"),
        ("letter_hour = 8\n[profiles.default]\nversion = 1", "letter_hour: there is no such setting here"),
        ("profile = 'late'\n[profiles.default]\nversion = 1", "there is no profile 'late', known are default"),
        ("profile = 1\n[profiles.default]\nversion = 1", "profile: 1 is not a text"),
        ("[profiles.default]\nversion = one", "it is not TOML: .* line 2"),
        ("[profiles.default]\nversion = 0", "version: 0 is too small, at least 1 is right"),
        ("[profiles.default]\nversion = 1\nname = 'a b'", "name: 'a b' has the wrong form"),
        ("[profiles.default]\nversion = 1\nreturns = 14", "returns: 14 is not a table of settings"),
        ("[profiles.default]\nversion = 1\ninvitation.reminder = 3", "invitation.reminder: .* perhaps reminder_days"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(text: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=problem):
        Policy.from_toml(text)


def test_a_profile_starts_from_the_default_one_of_its_file_and_the_file_chooses() -> None:
    text = """
        profile = "nordic"
        [profiles.default]
        version = 3
        letter_hour = 7
        authorization.order_reminder_days = [5]
        [profiles.nordic]
        time_zone = "Europe/Copenhagen"
        authorization.extension_days = 0
    """
    chosen = Policy.from_toml(text)
    assert (chosen.label, chosen.letter_hour, chosen.zone) == ("nordic 3", 7, "Europe/Copenhagen")
    assert (chosen.authorization.order_reminder_days, chosen.authorization.extension_days) == ((5,), 0)
