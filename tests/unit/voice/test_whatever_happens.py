"""Whatever comes over the line, in any order: the rules of a call hold, and it ends with a disposition."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.dispositions import Disposition
from tests.unit.voice.conftest import MakeCall
from tests.unit.voice.fakes import Happening, noise, speech

WORDS = [
    "我就是",
    "嗯",
    "好的",
    "别打了",
    "明天还",
    "我大概",
    "不是",
    "你是真人吗",
    "听不清",
    "没钱",
    "三六七八",
    "喂",
    "等一下",
]

times = st.floats(0, 45).map(lambda at: round(at, 1))
sounds = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda words: speech("  ".join(words))),
    st.tuples(st.floats(0.05, 6), st.integers(200, 9000)).map(lambda n: noise(*n)),
)
happenings = st.one_of(
    st.builds(Happening, times, sound=sounds),
    st.builds(Happening, times, keys=st.text("0123456789*#", min_size=1, max_size=6)),
    st.builds(Happening, times, lost_s=st.floats(0.1, 8)),
    st.builds(Happening, times, hangs_up=st.just(True)),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(happenings, max_size=8), st.integers(0, 4), st.sampled_from(["", "3678"]))
async def test_no_order_of_happenings_breaks_a_call(
    make_call: MakeCall, happens: list[Happening], failures: int, id_tail: str
) -> None:
    call = make_call(id_tail=id_tail, ends_at=300)
    call.line.happenings = [Happening(h.at, h.sound, h.keys, h.hangs_up, h.lost_s) for h in happens]
    call.recognizer.failures = failures
    result = await call.run()
    assert result.outcome.disposition in {code.value for code in Disposition}
    assert result.fault is None
    if not result.outcome.right_party:
        assert "信用卡" not in call.line.heard
        assert "应还" not in call.line.heard
    heard = [entry.prompt for entry in result.entries if entry.speaker == "bot" and entry.played]
    if "identity_name" in heard and result.outcome.right_party:
        disclosed = [prompt for prompt in heard if prompt and prompt.startswith("disclose_")]
        assert {"disclose_institution", "disclose_ai", "disclose_recording"} <= set(disclosed)
    for entry in result.entries:
        if entry.speaker == "bot" and not entry.played:
            assert entry.heard is not None
            assert entry.text.startswith(entry.heard)
