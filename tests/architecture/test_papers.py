"""The files around the code keep their promises."""

import re
import subprocess

import pytest

from tests.architecture.source import ROOT

# In pieces, so that this file does not name them either.
REGISTRY_HOSTS = [
    f"{name}.{ending}"
    for ending, names in {
        "org": ("pypi", "pythonhosted", "npmjs"),
        "com": ("unpkg", "googleapis"),
        "io": ("docker", "ghcr"),
        "net": ("jsdelivr",),
    }.items()
    for name in names
]
BINARY = {".mo", ".png", ".jpg", ".webp", ".xlsx", ".ico", ".woff2"}
REQUIREMENT = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*  +# \S.*")


def files_of_the_project():
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("this copy of the project is not a git checkout")
    paths = (ROOT / name for name in listing.stdout.splitlines())
    return [path for path in paths if path.is_file() and path.suffix not in BINARY]


def requirement_errors(text: str) -> list[str]:
    return [
        line
        for line in text.splitlines()
        if line and not line.startswith(("#", "-r ")) and not REQUIREMENT.fullmatch(line)
    ]


def test_the_changelog_begins_with_a_version():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert re.match(r"\d+\.\d+\.\d+\b", headings[0])


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_says_what_for(name):
    assert not requirement_errors((ROOT / name).read_text())


@pytest.mark.parametrize("line", ["Django", "Django>=5  # web", "Django==5.2", "Django==5 # web"])
def test_the_checker_sees_a_requirement_that_does_not(line):
    assert requirement_errors(line)


def test_no_file_names_the_host_of_a_registry():
    assert not [
        f"{path.relative_to(ROOT)}: {host}"
        for path in files_of_the_project()
        for host in REGISTRY_HOSTS
        if host in path.read_text(errors="replace")
    ]
