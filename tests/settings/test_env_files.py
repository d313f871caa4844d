"""The files ``.env``: which are read, and what of them other code of this process finds in its environment."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatkit_link.configuration_error import ConfigurationError
from chatkit_link.settings import load_environment, read_settings, read_variables

PROGRAM = Path(sys.executable).with_name("chatkit-link")
AGENT = """
import os
from agents import Agent
assert os.environ["SHOP_KEY"] == "from the project", os.environ.get("SHOP_KEY")
assert os.environ["OPENAI_API_KEY"] == "sk-project"
assert os.environ["SHOP_TOWN"] == "Oslo"
assert not [name for name in os.environ if name.startswith("CHATKIT_LINK_S")]
agent = Agent(name="Shop")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A catalog in a folder of its own, chosen from a working folder beside it; the environment is restored."""
    for name in read_variables():
        if name.upper().startswith(("CHATKIT_LINK_", "OPENAI_", "SHOP_")):
            monkeypatch.delenv(name, raising=False)
    (tmp_path / "work").mkdir()
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("CHATKIT_LINK_CONFIG", str(tmp_path / "project" / "chatkit-link.toml"))
    before = dict(os.environ)
    yield tmp_path / "project"
    os.environ.clear()
    os.environ.update(before)


def test_the_catalogs_own_file_is_read_below_that_of_the_working_folder(project: Path) -> None:
    (project / ".env").write_text("CHATKIT_LINK_MODEL=project\nCHATKIT_LINK_MAX_TURNS=3\nOPENAI_API_KEY=sk-project\n")
    Path(".env").write_text("CHATKIT_LINK_MODEL=work\n")
    settings = read_settings()
    assert (settings.model, settings.max_turns) == ("work", 3)
    assert settings.openai_api_key is not None


def test_the_working_folder_names_the_catalog_in_its_own_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHATKIT_LINK_CONFIG")
    Path(".env").write_text("chatkit_link_config=../project/chatkit-link.toml\n")
    (project / ".env").write_text("CHATKIT_LINK_MODEL=project\n")
    assert read_settings().model == "project"


def test_other_code_finds_the_variables_that_are_not_ours(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "0123456789abcdef" * 4
    (project / ".env").write_text(f"SHOP_KEY='a b'\nSHOP_TOWN=Oslo\nCHATKIT_LINK_SECRET={secret}\nSHOP_UNSET\n")
    monkeypatch.setenv("SHOP_TOWN", "Bergen")
    load_environment()
    assert (os.environ["SHOP_KEY"], os.environ["SHOP_TOWN"]) == ("a b", "Bergen")
    assert "SHOP_UNSET" not in os.environ
    assert secret not in os.environ.values()
    assert (found := read_settings().secret) is not None
    assert found.get_secret_value() == secret


def test_a_file_that_is_no_text_is_refused_with_its_folder(project: Path) -> None:
    (project / ".env").write_bytes(b"A=\xff\n")
    with pytest.raises(ConfigurationError, match=r"project/\.env is not UTF-8 text"):
        load_environment()


def test_an_agent_started_from_elsewhere_finds_its_projects_variables(project: Path) -> None:
    (project / ".env").write_text(
        "SHOP_KEY=from the project\nOPENAI_API_KEY=sk-project\nSHOP_TOWN=Bergen\nCHATKIT_LINK_SERVER_KEY=abc\n"
    )
    Path(".env").write_text("SHOP_TOWN=Oslo\n")
    (project / "shop.py").write_text(AGENT)
    (project / "chatkit-link.toml").write_text('[agents.shop]\ntarget = "shop.py:agent"\n')
    (project / ".env").write_text((project / ".env").read_text().replace("=abc", f"={'k' * 40}"))
    done = subprocess.run([PROGRAM, "agents"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].split() == ["shop", "shop.py:agent", "ready"]
