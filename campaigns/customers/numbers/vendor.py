"""What a checking vendor's codes mean: data, by vendor and version, since one vendor's versions conflict."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.errors import DataFileError
from telephony.status import NumberStatus

SHIPPED = Path(__file__).parent / "vendors"


def _told(status: NumberStatus) -> NumberStatus:
    if status is NumberStatus.UNKNOWN:
        raise ValueError("leave a code out to have it unknown; one that tells no state is in says_nothing")
    return status


class VendorMap(BaseModel):
    """One version of a vendor's file: its columns, and its codes as the file writes them.

    A code that is not listed is unknown, and an unknown state is not called.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    vendor: str = Field(max_length=16, pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: str = Field(max_length=7, pattern=r"^[A-Za-z0-9.]+$")
    title: str
    seen: str  # where the codes were seen
    number: tuple[str, ...] = Field(min_length=1)  # headers of the number's column
    status: tuple[str, ...] = Field(min_length=1)
    checked_at: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")
    codes: dict[str, Annotated[NumberStatus, AfterValidator(_told)]] = Field(min_length=1)
    says_nothing: tuple[str, ...] = ()  # codes of a check that failed, or that tell no state

    @model_validator(mode="after")
    def _no_code_twice(self) -> Self:
        for code in self.says_nothing:
            if code in self.codes:
                raise ValueError(f"the code {code!r} is among the codes and says nothing too")
        return self

    @property
    def source(self) -> str:
        """What is written beside a state it told; at most 24 characters."""
        return f"{self.vendor}-{self.version}"

    def meaning(self, code: str) -> NumberStatus | None:
        """The state that a code tells; None: it tells none. A code that is not listed is UNKNOWN."""
        if code in self.says_nothing:
            return None
        return self.codes.get(code, NumberStatus.UNKNOWN)


def find_vendor(given: Path | str) -> VendorMap:
    """A map by the name of one that ships, or by its file. Raises DataFileError."""
    shipped = SHIPPED / f"{given}.yaml"
    if isinstance(given, str) and shipped.parent == SHIPPED and shipped.is_file():
        return load_model(shipped, VendorMap)
    path = Path(given)
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.yaml")))
        raise DataFileError(str(given), f"there is no such vendor map; give a YAML file, or one of: {known}")
    return load_model(path, VendorMap)
