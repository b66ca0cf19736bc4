"""The words of the report as an operator reads them, in a chosen language."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from campaigns.compliance.reasons import reason_text
from campaigns.errors import NotFoundError
from campaigns.outcomes.dispositions import Dispositions, Labels, shipped_dispositions

SHIPPED = Path(__file__).with_name("report_labels.yaml")
OVERVIEW = Path(__file__).parent / "overview" / "labels.yaml"


class _LabelFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    labels: dict[str, Labels]


@dataclass(frozen=True, slots=True)
class Words:
    """Labels in one language."""

    language: str
    labels: dict[str, Labels]
    dispositions: Dispositions

    def __call__(self, key: str) -> str:
        """The label ``key``. Raises KeyError when the labels file lacks it."""
        return self.labels[key].text(self.language)

    def code(self, kind: str, code: str) -> str:
        """The label of a code that may come from another version: the code itself when it has none."""
        known = self.labels.get(f"{kind}.{code}")
        return known.text(self.language) if known else code

    def disposition(self, code: str) -> str:
        return self.dispositions.label(code, self.language)

    def reason(self, code: str) -> str:
        """The reason of a decision or a suppression."""
        return reason_text(code, self.language)

    def follow_up(self, code: str) -> str:
        """What a person is asked to see to: mostly how a call ended."""
        if code in self.dispositions:
            return self.disposition(code)
        return self.code("follow_up", code) if f"follow_up.{code}" in self.labels else self.reason(code)


def words(language: str, dispositions: Dispositions | None = None) -> Words:
    """The words of ``language``: zh or en. Raises NotFoundError for another."""
    if language not in Labels.model_fields:
        raise NotFoundError(
            f"the report has no language {language!r}; known: {', '.join(Labels.model_fields)}"
        )
    return Words(language, _labels(), dispositions or shipped_dispositions())


@cache
def _labels() -> dict[str, Labels]:
    return load_model(SHIPPED, _LabelFile).labels | load_model(OVERVIEW, _LabelFile).labels
