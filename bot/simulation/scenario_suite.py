"""A run of many dialogue tests: which files, which scenarios, and the report for a CI."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.prompts import PromptBook
from bot.nlu.interpreter import Interpreter
from bot.simulation.scenario import load_scenarios
from bot.simulation.scenario_run import ScenarioResult, hold_scenario


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What came of one scenario file."""

    file: Path
    flow: str
    results: tuple[ScenarioResult, ...]


def scenario_files(path: Path) -> list[Path]:
    """The file itself, or all scenario files of a folder."""
    return sorted(path.glob("*.yml")) if path.is_dir() else [path]


def run_suites(
    language_dir: Path,
    files: Sequence[Path],
    interpreter: Interpreter,
    wanted: str = "",
    told: Callable[[ScenarioResult], None] = lambda _: None,
) -> Iterator[SuiteResult]:
    """Run the scenarios whose name contains ``wanted``, file by file; ``told`` hears of each as it is done.

    Raises DataFileError for a file that cannot be read or a flow that there is not.
    """
    prompts = PromptBook.load(language_dir)
    flows: dict[str, Flow] = {}
    for path in files:
        file = load_scenarios(path)
        if file.flow not in flows:
            flows[file.flow] = load_flow(language_dir, file.flow, prompts)
        results = []
        for scenario in file.scenarios:
            if wanted.lower() in scenario.name.lower():
                result = hold_scenario(file, scenario, flows[file.flow], prompts, interpreter)
                told(result)
                results.append(result)
        if results:
            yield SuiteResult(path, file.flow, tuple(results))


def junit(suites: Sequence[SuiteResult]) -> str:
    """The results as JUnit XML: a suite a file, a case a scenario, the differences as the failure's text."""
    root = ElementTree.Element("testsuites", name="dialogue tests")
    for suite in suites:
        failed = [result for result in suite.results if not result.passed]
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=suite.file.stem,
            tests=str(len(suite.results)),
            failures=str(len(failed)),
            errors="0",
            skipped="0",
            time=f"{sum(result.seconds for result in suite.results):.3f}",
        )
        for result in suite.results:
            _case(element, suite, result)
    _total(root, suites)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(element: ElementTree.Element, suite: SuiteResult, result: ScenarioResult) -> None:
    case = ElementTree.SubElement(
        element,
        "testcase",
        classname=f"{suite.flow}.{suite.file.stem}",
        name=result.name,
        file=suite.file.name,
        time=f"{result.seconds:.3f}",
    )
    if result.problems:
        failure = ElementTree.SubElement(case, "failure", message=_legal(str(result.problems[0])))
        failure.text = _legal("\n".join(map(str, result.problems)))


def _total(root: ElementTree.Element, suites: Sequence[SuiteResult]) -> None:
    results = [result for suite in suites for result in suite.results]
    root.set("tests", str(len(results)))
    root.set("failures", str(sum(not result.passed for result in results)))
    root.set("time", f"{sum(result.seconds for result in results):.3f}")


def _legal(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(char for char in text if char >= " " or char in "\n\t")
