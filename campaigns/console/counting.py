"""The state of numbers and the arms of experiments, counted behind the page, for programs too."""

from __future__ import annotations

from campaigns.console.reporting import RECENT_S
from campaigns.console.services import Services
from campaigns.console.web.behind import Counted
from campaigns.errors import NotFoundError
from campaigns.experiments.analysis import ExperimentReport
from campaigns.store.experiment_results import experiment_report
from campaigns.store.experiments import experiment_names
from campaigns.store.number_reading import By, Group, statistics


def numbers_by(services: Services, by: By) -> Counted[list[Group]] | None:
    """How the numbers stand; None while it is counted for the first time."""

    def count() -> list[Group]:
        with services.database.reading() as session:
            return statistics(session, by, services.pack, services.ledger_now(session))

    return services.behind.get(("numbers", by), RECENT_S, count)


def experiment(services: Services, name: str) -> Counted[ExperimentReport] | None:
    """An experiment as it stands; None while it is counted for the first time. Raises NotFoundError."""
    with services.database.reading() as session:
        if name not in experiment_names(session):
            raise NotFoundError("there is no experiment %(name)r", name=name)

    def count() -> ExperimentReport:
        with services.database.reading() as session:
            return experiment_report(session, name, services.local_now(session))

    return services.behind.get(("experiment", name), RECENT_S, count)
