"""Copied texts share a band, different ones do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.projects.sample import goal_values, projects
from app.projects.similarity import band_hashes, similarity

TEXT = goal_values(projects(2023)[2])["annual_goal"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_similarity_is_symmetric_and_between_0_and_1(one: str, other: str):
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, other) == similarity(other, one)


@given(st.text(max_size=200))
def test_fingerprints_fit_the_column_and_never_change(text: str):
    prints = band_hashes(text)

    assert prints == band_hashes(text)
    assert len(prints) in (0, 12)
    assert all(-(2**63) <= each < 2**63 for each in prints)


def test_spaces_and_punctuation_do_not_hide_a_copy():
    assert similarity(TEXT, TEXT.replace("，", " , ")) == 1
    assert band_hashes(TEXT) == band_hashes(TEXT.replace("，", " ; "))


@pytest.mark.parametrize("text", ["", "**", "果园"])
def test_too_little_text_has_no_fingerprint(text: str):
    assert band_hashes(text) == ()


@pytest.mark.parametrize("start", range(0, 60, 6))
def test_a_copy_with_a_few_words_changed_is_found(start: int):
    copy = TEXT[:start] + "另外几个字" + TEXT[start + 5 :]

    assert similarity(TEXT, copy) > 0.85
    assert set(band_hashes(TEXT)) & set(band_hashes(copy))


def test_texts_about_other_things_share_no_band():
    other = goal_values(projects(2022)[0])["annual_goal"]

    assert similarity(TEXT, other) < 0.6
    assert not set(band_hashes(TEXT)) & set(band_hashes(other))
