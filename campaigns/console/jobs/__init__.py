"""The kinds of jobs: one a module, which names it JOB."""
