"""An explanation on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from campaigns.compliance.words import label


class Page:
    """The same as the JSON, in words."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self._language, self._zone = language, zone

    def lines(self, told: dict[str, Any]) -> Iterator[Text]:
        yield Text(f"{self._word('customer')} {told['customer']}", style="bold")
        yield Text(f"{self._word('pack')} {told['pack']}")
        yield from self._person(told["person"])
        for number in told["numbers"]:
            head = self._word("now" if told["at"] == told["now"] else "then")
            yield Text.assemble(
                "\n", (f"{head} {self.value(told['at'])}  ", "bold"), number["number"] or "", "  ",
                self._verdict(number["verdict"]),
            )  # fmt: skip
            yield from self._against(number["against"])
            yield from self._because(number["facts"])
            yield Text(f"  {self._when(number)}")
            if "third_party" in number:
                yield from self._third_party(number["third_party"])
        yield Text(f"\n{self._word('history')}", style="bold")
        for decision in told["decisions"]:
            yield from self._decision(decision, told["pack"])
        if not told["decisions"]:
            yield Text(f"  {self._word('none_yet')}")
        more = told["decisions_in_all"] - len(told["decisions"])
        if more > 0:
            yield Text(f"  {self._word('more')}: {more:,} (--last 0)", style="dim")

    def _person(self, person: dict[str, Any]) -> Iterator[Text]:
        if person["same"]:
            yield Text(f"{self._word('same_person')}: {', '.join(person['same'])}")
        for key, until in person["before"].items():
            yield Text(f"{self._word('parted')}: {key}, {self._word('until')} {self.value(until)}")
        for change in person["changes"]:
            keys = f"{change['kept']} / {change['other']}"
            why = f"{change['by']}: {change['reason']}"
            yield Text(
                f"  {self.value(change['at'])}  {self._word(change['kind'])} {keys}, {why}", style="dim"
            )

    def _decision(self, decision: dict[str, Any], pack: str) -> Iterator[Text]:
        yield Text.assemble(
            (f"#{decision['id']}  {self.value(decision['at'])}  ", "bold"),
            f"{decision['campaign']}  {decision['number'] or ''}  ",
            self._verdict(decision["verdict"]),
        )
        yield from self._against(decision["against"])
        yield from self._because(decision["facts"])
        other = "pack" if decision["pack"] == pack else "other_pack"
        yield Text(f"    {self._word(other)}: {decision['pack']}", style="dim")

    def _against(self, against: Iterable[dict[str, Any]]) -> Iterator[Text]:
        for found in against:
            yield Text(f"  · {found['text']} ({found['reason']})")
            sources = "; ".join(
                f"{each['title']} {each['clause']} [{self._word('seen.' + each['seen'])}]".replace("  ", " ")
                for each in found["sources"]
            )
            for key, value in (("rule", found["rule"]), ("source", sources)):
                if value:
                    yield Text(f"    {self._word(key)}: {value}")
            yield from self._because(found["facts"])
            if found["until"] is not None:
                yield Text(f"    {self._word('next')}: {self.value(found['until'])}")
            if found["cure"]:
                yield Text(f"    {self._word('cure')}: {found['cure']}")

    def _because(self, facts: list[list[Any]]) -> Iterator[Text]:
        if facts:
            told = "; ".join(f"{self._word(key)} {self.value(value)}".strip() for key, value in facts)
            yield Text(f"    {self._word('because')}: {told}")

    def _when(self, number: dict[str, Any]) -> str:
        if number["verdict"] == "allow":
            return f"{self._word('next')}: {self._word('at_once')}"
        key = "unless" if number["verdict"] == "refuse" else "next"
        return f"{self._word(key)}: {self.value(number['next']) if number['next'] else self._word('never')}"

    def _third_party(self, given: list[str] | None) -> Iterator[Text]:
        word = self._word("may_contact" if given else "may_not_contact")
        why = ", ".join(self._word(ground) for ground in given or ())
        yield Text(f"  {self._word('third_parties')}: {word}{f' ({why})' if why else ''}")

    def _verdict(self, verdict: str) -> tuple[str, str]:
        style = {"allow": "bold green", "defer": "bold yellow", "refuse": "bold red"}[verdict]
        return self._word(verdict), style

    def value(self, value: object) -> str:
        """A fact as it is read: times where the house is."""
        if isinstance(value, datetime):
            return f"{value.astimezone(self._zone):%Y-%m-%d %H:%M:%S %Z}"
        if isinstance(value, date):
            return value.isoformat()
        return self._word("unknown") if value is None else str(value)

    def _word(self, key: str) -> str:
        return label(key, self._language)
