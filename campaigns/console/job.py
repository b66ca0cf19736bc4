"""Work that outlasts a request: on a thread of the serving process, its progress in the store."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.errors import BotError
from campaigns.console.services import Services
from campaigns.errors import CampaignsError, ConflictError, NotFoundError
from campaigns.said import Said
from campaigns.store.console import jobs as store
from campaigns.store.console.audit import Actor
from campaigns.store.console.jobs import JobView, NewJob
from campaigns.store.database import Session
from telephony.errors import LineError

THREADS: Final = 4
LEFT_BEHIND: Final = Said("the console was stopped while this was going on; start it again")
_log = logging.getLogger(__name__)


class JobStopped(Exception):  # noqa: N818 - a wish that was heard, not a fault
    """Somebody asked the job to stop, and it has."""


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job works with."""

    job: JobView
    services: Services

    def progress(self, done: int, total: int, note: str = "") -> bool:
        """Tell how far it is; False: stop soon, and raise JobStopped when that leaves the work undone."""
        with self.services.database.transaction() as session:
            return store.report_progress(session, self.job.id, done, total, note)


Run: TypeAlias = Callable[[JobContext], Mapping[str, Any]]
"""Does the work; what came of it. Raises JobStopped, or an error that tells a person what to do."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: what a module of ``campaigns.console.jobs`` names JOB."""

    name: str
    run: Run


class Jobs:
    """Takes jobs and works them off, a few at a time."""

    def __init__(self, services: Services, kinds: Mapping[str, JobKind]) -> None:
        self._services = services
        self._kinds = kinds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="job")
        self._begun: set[Future[None]] = set()
        self._stopping = False

    @property
    def idle(self) -> bool:
        """Nothing is being worked off or waits for a thread."""
        return not self._begun

    def open(self) -> None:
        """What another process of this console left open is over. Raises StoreError."""
        with self._services.database.transaction() as session:
            store.fail_left_behind(session, self._services.now(), LEFT_BEHIND)

    def add(self, session: Session, job: NewJob, actor: Actor) -> int:
        """Put a job on record, in the caller's transaction; ``begin`` it once that is committed.

        Raises NotFoundError for a kind that there is not, ConflictError when one is open for its subject, or
        when no more are taken.
        """
        if self._stopping:
            raise ConflictError("the console is about to stop: try again in a few minutes")
        if job.kind not in self._kinds:
            raise NotFoundError(
                "there is no job %(kind)r; known: %(kinds)s",
                kind=job.kind,
                kinds=", ".join(sorted(self._kinds)),
            )
        return store.add_job(session, job, user_id=actor.user_id, by=actor.name, at=self._services.now())

    def begin(self, job_id: int) -> None:
        """Work it off as soon as a thread is free."""
        begun = self._threads.submit(self.work, job_id)
        self._begun.add(begun)
        begun.add_done_callback(self._begun.discard)

    def work(self, job_id: int) -> None:
        """Work it off here and now. Whatever comes of it is on record."""
        database, services = self._services.database, self._services
        with database.transaction() as session:
            job = store.start_job(session, job_id, services.now())
        if job is None:
            return
        state = "done"
        result: Mapping[str, Any] = {}
        error: Said | None = None
        try:
            result = dict(self._kinds[job.kind].run(JobContext(job, services)))
        except JobStopped:
            state = "stopped"
        except (CampaignsError, BotError, LineError) as fault:
            state = "failed"
            error = fault.said if isinstance(fault, CampaignsError) else Said(str(fault))
        except Exception as fault:  # the thread's last barrier; the message may hold personal data
            where = "".join(traceback.format_tb(fault.__traceback__))
            _log.error("job %d: unexpected %s\n%s", job_id, type(fault).__name__, where)
            kind = type(fault).__name__
            state, error = "failed", Said("unexpected %(kind)s; the log says where", kind=kind)
        with database.transaction() as session:
            store.finish_job(session, job_id, state=state, at=services.now(), result=result, error=error)

    def stop(self) -> None:
        """Take no more, and ask what goes on to stop: calls end as they would. Raises StoreError."""
        self._stopping = True
        with self._services.database.transaction() as session:
            for job in store.jobs_page(session):
                if job.open:
                    store.ask_to_stop(session, job.id, self._services.now())

    def close(self) -> None:
        """``stop``, and wait until everything has, unless the process is in a hurry. Raises StoreError."""
        self.stop()
        self._threads.shutdown(wait=not self._services.lifetime.hurried, cancel_futures=True)
