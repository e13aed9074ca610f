"""BM25: which documents come first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.ranking import Index

TERMS = st.sampled_from("abcdefg")
DOCUMENTS = st.lists(st.lists(TERMS, max_size=8), max_size=8)
QUERIES = st.lists(TERMS, max_size=4)


def order(documents, query):
    return [hit.document for hit in Index(documents).search(query)]


def test_score_is_that_of_the_formula():
    (hit,) = Index([["a", "a", "b"], ["c"]]).search(["a"])

    # idf = ln(1 + 1.5 / 1.5), norm = 1.2 * (0.25 + 0.75 * 3 / 2)
    assert hit.score == pytest.approx(0.6931471805599453 * 2 * 2.2 / (2 + 1.65))


def test_rare_term_counts_more_than_a_frequent_one():
    assert order([["a", "x"], ["a", "x"], ["b", "x"]], ["a", "b"])[0] == 2


def test_repeated_term_counts_more():
    assert order([["a", "b", "c"], ["a", "a", "c"]], ["a"]) == [1, 0]


def test_short_document_counts_more():
    assert order([["a", "b", "c"], ["a"]], ["a"]) == [1, 0]


def test_coverage_tells_how_much_of_the_question_is_held():
    first, second = Index([["a", "b"], ["a", "c"]]).search(["a", "b", "z"])

    assert (first.document, second.document) == (0, 1)
    assert 1 > first.coverage > 0.5 > second.coverage > 0


@given(DOCUMENTS, QUERIES)
def test_hits_are_the_documents_that_share_a_term(documents, query):
    sharing = {n for n, document in enumerate(documents) if set(document) & set(query)}

    assert set(order(documents, query)) == sharing


@given(DOCUMENTS, QUERIES)
def test_scores_fall_and_coverage_is_a_share(documents, query):
    hits = Index(documents).search(query)

    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.score > 0 and 0 < hit.coverage <= 1 for hit in hits)


@given(DOCUMENTS, QUERIES)
def test_order_of_terms_does_not_matter(documents, query):
    turned = [document[::-1] for document in documents]

    assert Index(turned).search(query[::-1]) == Index(documents).search(query)


@given(DOCUMENTS, QUERIES, st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order_of_documents(documents, query, random):
    places = list(range(len(documents)))
    random.shuffle(places)
    before = {hit.document: hit.score for hit in Index(documents).search(query)}
    after = Index([documents[place] for place in places]).search(query)

    assert {places[hit.document]: hit.score for hit in after} == before


@given(DOCUMENTS, QUERIES)
def test_equal_documents_keep_their_order(documents, query):
    hits = order([*documents, *documents], query)

    for number in range(len(documents)):
        if number in hits:
            assert hits.index(number) < hits.index(number + len(documents))
