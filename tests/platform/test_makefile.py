"""From a bare checkout: one sentence when something is missing on this machine."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OLD = "#!/bin/sh\n# A Python that fits no test of its version.\nexit 1\n"
NO_VENV = '#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; *) exit 0 ;; esac\n'


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("make") is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs make")
        pytest.skip("needs make")
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"
    }
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def fake_python(folder: Path, script: str) -> Path:
    path = folder / "python3"
    path.write_text(script, encoding="ascii")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What the command said, without make's own closing line."""
    lines = (done.stdout + done.stderr).splitlines()
    return [line for line in lines if not line.startswith("make:")]


@pytest.mark.parametrize("target", ["demo", "test"])
def test_an_old_python_is_said_in_one_sentence(tmp_path: Path, target: str) -> None:
    python = fake_python(tmp_path, OLD)
    done = make(target, f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    (sentence,) = said(done)
    assert "needs Python 3.11, 3.12 or 3.13" in sentence
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("target", ["demo", "test"])
def test_a_missing_venv_is_said_in_one_sentence(tmp_path: Path, target: str) -> None:
    python = fake_python(tmp_path, NO_VENV)
    done = make(target, f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    (sentence,) = said(done)
    assert "venv" in sentence
    assert "python3-venv" in sentence


def test_help_names_every_public_target() -> None:
    done = make()
    assert done.returncode == 0
    for target in ("demo", "test", "test-postgres", "test-browser", "lint", "format", "serve"):
        assert f"make {target} " in done.stdout
