"""The list of passwords that everybody guesses first."""

import pytest

from shared_models.passwords import COMMON_PASSWORDS, is_common
from shared_models.sample import SAMPLE_PASSWORD


@pytest.mark.parametrize("password", ["password1", "PassWord1", "12345678", "QWERTYUIOP"])
def test_common_passwords_are_known_in_any_case(password):
    assert is_common(password)


@pytest.mark.parametrize("password", [SAMPLE_PASSWORD, "password1 but longer", ""])
def test_other_passwords_are_not_common(password):
    assert not is_common(password)


def test_list_is_sorted_and_holds_only_what_could_be_chosen():
    words = COMMON_PASSWORDS.read_text("utf-8").splitlines()
    assert words == sorted(set(words))
    assert all(len(word) >= 8 and word == word.casefold() for word in words)
