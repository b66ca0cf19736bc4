"""Of two words on a number, the one that counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.effective import load_effective
from campaigns.customers.numbers.trust import Policy, Word, shipped_trust
from telephony.status import NumberStatus

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
PACK = load_effective("cn-mainland")
POLICY = Policy(shipped_trust(), PACK)
SOURCES = ("line", "wapi-2", "wapi-1", "file")
words = st.builds(
    Word,
    st.sampled_from(list(NumberStatus)),
    st.sampled_from(SOURCES),
    st.integers(0, 24 * 60).map(lambda h: NOW - timedelta(hours=h)),
)


def rank(word: Word) -> int:
    return POLICY.trust.rank(word.source, word.status)


@given(known=words, new=words)
def test_a_weaker_word_never_overrides_a_fresh_stronger_one(known: Word, new: Word) -> None:
    if rank(new) < rank(known) and POLICY.fresh(known, NOW):
        assert not POLICY.takes(known, new, NOW)


@given(known=words, new=words)
def test_of_equal_trust_the_newest_counts(known: Word, new: Word) -> None:
    if rank(new) == rank(known):
        assert POLICY.takes(known, new, NOW) == (new.at >= known.at)


@given(several=st.lists(words, min_size=1, max_size=4, unique_by=lambda word: word.at))
def test_what_fresh_words_come_to_does_not_depend_on_their_order(several: list[Word]) -> None:
    fresh = [word for word in several if POLICY.fresh(word, NOW)]
    if len(fresh) < len(several):
        return
    found = set()
    for order in permutations(several):
        state: Word | None = None
        for word in order:
            state = word if POLICY.takes(state, word, NOW) else state
        found.add(state)
    assert found == {max(several, key=lambda word: (rank(word), word.at))}


def test_the_line_outranks_a_check_but_not_on_whose_the_number_is() -> None:
    heard = Word(NumberStatus.ACTIVE, "line", NOW - timedelta(days=1))
    for status, counts in ((NumberStatus.EMPTY, False), (NumberStatus.RECYCLED, True)):
        assert POLICY.takes(heard, Word(status, "baidu-reissued-1", NOW), NOW) is counts
    assert not POLICY.takes(heard, Word(NumberStatus.RECYCLED, "file", NOW), NOW)


def test_a_state_that_is_to_be_asked_again_no_longer_speaks_against_others() -> None:
    off = Word(NumberStatus.POWERED_OFF, "line", NOW - timedelta(hours=23))
    assert not POLICY.takes(off, Word(NumberStatus.ACTIVE, "wapi-2", NOW), NOW)
    later = NOW + timedelta(hours=2)
    assert POLICY.takes(off, Word(NumberStatus.ACTIVE, "wapi-2", later), later)
