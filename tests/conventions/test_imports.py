"""Imports are architecture: every direction is a contract, and a workflow's sandbox takes in nothing by accident."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import SandboxImportNotificationPolicy

from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.reading import Reading

ROOT = Path(__file__).parents[2]
HISTORIES = ROOT / "tests" / "replay" / "histories" / "0.1.0"
LONGEST = 300


def test_every_import_direction_holds() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "0 broken" in found.stdout


def test_the_package_of_the_workflows_is_empty() -> None:
    """Whatever stood there would be loaded into the sandbox of every run."""
    assert (ROOT / "workflows" / "__init__.py").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("name", ["ordered_in_time.customer-1-1", "ordered_in_time.authorization-1-1"])
async def test_the_sandbox_of_a_workflow_takes_in_only_what_is_passed_through_on_purpose(name: str) -> None:
    policy = SandboxImportNotificationPolicy.RAISE_ON_UNINTENTIONAL_PASSTHROUGH
    restrictions = SandboxRestrictions.default.with_import_notification_policy(policy)
    text = (HISTORIES / f"{name}.json").read_text(encoding="utf-8")
    started = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    replayer = Replayer(
        workflows=[Customer, PurchaseAuthorization],
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
        data_converter=DataConverter(payload_converter_class=Reading),
    )
    history = WorkflowHistory.from_json(started["workflowId"], text)
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
    assert result.replay_failure is None


@pytest.mark.parametrize("path", [ROOT / "workflows" / "customer.py", ROOT / "workflows" / "authorization.py"], ids=str)
def test_a_workflow_file_imports_its_siblings_by_their_full_names_within_the_block(path: Path) -> None:
    """`from workflows import engine` would silently not be passed through."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [node for node in tree.body if isinstance(node, ast.With)]
    within = {id(node) for block in blocks for node in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            assert node.module != "workflows"
            ours = (ROOT / node.module.partition(".")[0]).is_dir()
            assert not ours or id(node) in within, node.module
    assert blocks


def _python_files() -> list[Path]:
    packages = ("states", "cases", "activities", "workflows", "register", "gateway", "local", "samples", "benchmarks")
    return [*ROOT.glob("*.py"), *(path for package in packages for path in (ROOT / package).rglob("*.py"))]


def test_no_module_is_longer_than_300_lines() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in _python_files()}
    assert lengths
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST} == {}
