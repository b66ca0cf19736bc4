"""The linter: walks flows and gives what every check found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.lint.checks import FLOW_CHECKS, LANGUAGE_CHECKS
from bot.dialogue.lint.expressions import endless
from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.places import Places, shown
from bot.dialogue.lint.subject import Language, Subject
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.lint.walk import walk
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError


def lint(language_dir: Path, flows: Sequence[str] = ()) -> list[Finding]:
    """All findings in ``flows`` (default: every flow of the language), errors first.

    What the loader refuses is a finding too (``refused``). Raises DataFileError for an unknown flow.
    """
    try:
        prompts, vocabulary = PromptBook.load(language_dir), Vocabulary.load(language_dir)
        known = flow_names(language_dir)
    except DataFileError as error:
        return [_refused(error, "")]
    for name in flows:
        if name not in known:
            load_flow(language_dir, name, prompts)
    places = Places(language_dir)
    findings: list[Finding] = list(endless(language_dir))
    subjects: list[Subject] = []
    for name in flows or known:
        try:
            flow = load_flow(language_dir, name, prompts)
        except DataFileError as error:
            refused = _refused(error, name)
            if refused.message not in (finding.message for finding in findings):
                findings.append(refused)  # a mistake in a shared file is told once
        else:
            subject = subject_of(flow, prompts, vocabulary, places)
            findings += lint_flow(subject)
            subject.graph.forget_ways()
            subjects.append(subject)
    complete = {subject.flow.name for subject in subjects} == set(known)
    language = Language(subjects, prompts, vocabulary, places, complete)
    for check in LANGUAGE_CHECKS:
        findings += check(language)
    return sorted(findings, key=lambda finding: finding.order)


def subject_of(flow: Flow, prompts: PromptBook, vocabulary: Vocabulary, places: Places) -> Subject:
    """A loaded flow, walked."""
    return Subject(flow, prompts, vocabulary, places, *walk(flow, prompts, vocabulary))


def lint_flow(subject: Subject) -> list[Finding]:
    """The findings of every check of one flow."""
    return [finding for check in FLOW_CHECKS for finding in check(subject)]


def _refused(error: DataFileError, flow: str) -> Finding:
    key = f"{error.key}: " if error.key else ""
    message = key + str(error).rpartition(key)[2] if key else str(error).partition(": ")[2]
    return Finding(
        "refused",
        Severity.ERROR,
        flow,
        shown(Path(error.file)),
        error.line or 1,
        message,
        "The flow cannot be used at all until this is put right.",
    )
