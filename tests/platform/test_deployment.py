"""The files that an administrator installs from agree with the code."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from ambassadors.demo import home

ROOT = Path(__file__).resolve().parent.parent.parent


def names_read_by_settings() -> set[str]:
    """Every NAME in ``env.<type>("NAME", …)`` of settings.py."""
    tree = ast.parse((ROOT / "ambassadors" / "settings.py").read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_the_example_holds_every_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = re.findall(r"^#([A-Z_]+)=", example, re.MULTILINE)
    assert len(names) == len(set(names))
    assert set(names) == names_read_by_settings()


def test_a_copy_of_the_example_changes_nothing_by_itself() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") or not line for line in lines)


def test_every_setting_of_the_example_is_explained() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    for before, line in pairwise(lines):
        if re.match(r"#?[A-Z_]+=", line):
            assert before.startswith("# "), line


def test_the_demo_decides_every_setting_itself() -> None:
    assert set(home.environment(8000)) == names_read_by_settings()


def test_compose_runs_the_seven_parts_with_health_checks() -> None:
    services = compose()["services"]
    assert set(services) == {"db", "redis", "mailpit", "migrate", "web", "worker", "beat"}
    for name in ("db", "redis", "mailpit", "worker"):
        assert services[name]["healthcheck"]["test"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
    assert services["web"]["command"][0] == "granian"
    assert services["web"]["command"][-1] == "ambassadors.wsgi:application"


def test_compose_opens_no_port_to_the_network() -> None:
    for service in compose()["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_image_does_not_run_as_root_and_leaves_secrets_out() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    assert "requirements-dev" not in dockerfile
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "var", ".git"} <= set(ignored)
