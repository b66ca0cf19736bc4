"""Work that outlasts a request: taken, told of, stopped, and what a crash leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from campaigns.console.job import JobContext, JobKind, Jobs, JobStopped
from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.console.audit import Actor
from campaigns.store.console.jobs import JobView, NewJob, ask_to_stop, job_by_id
from tests.integration.console.world import World

ACTOR = Actor(None, "tester", "job")
WORK = NewJob("work", "page", "one", {"of": 3})


def jobs_with(world: World, run: Any) -> Jobs:
    return Jobs(world.services, {"work": JobKind("work", run)})


def add(world: World, jobs: Jobs, job: NewJob = WORK) -> int:
    with world.database.transaction() as session:
        return jobs.add(session, job, ACTOR)


def look(world: World, job_id: int) -> JobView:
    with world.database.reading() as session:
        return job_by_id(session, job_id)


def test_a_job_is_worked_off_and_tells_how_far_it_is(world: World) -> None:
    seen: list[tuple[str, int]] = []

    def run(context: JobContext) -> Mapping[str, Any]:
        for done in range(1, context.job.arguments["of"] + 1):
            if not context.progress(done, 3, "counting"):
                raise JobStopped
            job = look(world, context.job.id)
            seen.append((job.state, job.done))
        return {"counted": 3}

    jobs = jobs_with(world, run)
    job_id = add(world, jobs)
    jobs.begin(job_id)
    jobs.close()
    job = look(world, job_id)
    assert seen == [("running", 1), ("running", 2), ("running", 3)] or job.state == "stopped"


def test_results_and_errors_are_on_record_and_only_meant_messages_are_told(world: World) -> None:
    def fails(_context: JobContext) -> Mapping[str, Any]:
        raise ConflictError("the file is empty")

    def breaks(_context: JobContext) -> Mapping[str, Any]:
        raise RuntimeError("欧阳明月 13800000000")

    for run, state, error in (
        (lambda _context: {"rows": 2}, "done", None),
        (fails, "failed", "the file is empty"),
        (breaks, "failed", "unexpected RuntimeError; the log says where"),
    ):
        jobs = jobs_with(world, run)
        job_id = add(world, jobs)
        jobs.work(job_id)
        job = look(world, job_id)
        assert (job.state, job.error) == (state, error)
        jobs.work(job_id)  # a second worker finds nothing to do
        assert look(world, job_id) == job


def test_a_job_is_told_to_stop_before_and_while_it_runs(world: World) -> None:
    def run(context: JobContext) -> Mapping[str, Any]:
        with world.database.transaction() as session:
            ask_to_stop(session, context.job.id, world.clock.now())
        assert not context.progress(1, 2)
        raise JobStopped

    jobs = jobs_with(world, run)
    queued = add(world, jobs)
    manager = world.browser("campaign_manager")
    assert manager.post(f"/jobs/{queued}/stop").status_code == 303
    jobs.work(queued)
    assert look(world, queued).state == "stopped"
    running = add(world, jobs)
    jobs.work(running)
    assert look(world, running).state == "stopped"
    assert manager.post(f"/jobs/{running}/stop").status_code == 409
    assert "已停止" in manager.get("/jobs").text


def test_one_job_of_a_kind_at_a_time_for_one_subject(world: World) -> None:
    jobs = jobs_with(world, lambda _context: {})
    first = add(world, jobs)
    with pytest.raises(ConflictError, match=f"job {first}"):
        add(world, jobs)
    add(world, jobs, NewJob("work", "page", "other", {}))
    with pytest.raises(NotFoundError, match="known: work"):
        add(world, jobs, NewJob("play", "page", "one", {}))


def test_what_a_process_that_died_left_open_has_failed(world: World) -> None:
    jobs = jobs_with(world, lambda _context: {})
    job_id = add(world, jobs)
    jobs_with(world, lambda _context: {}).open()
    job = look(world, job_id)
    assert job.state == "failed"
    assert "start it again" in (job.error or "")


def test_starting_and_stopping_the_application_opens_and_closes_its_jobs(world: World) -> None:
    left = add(world, jobs_with(world, lambda _context: {}))
    with world.visitor().client as client:
        assert client.get("/healthz").text == "ok"
        assert look(world, left).state == "failed"
