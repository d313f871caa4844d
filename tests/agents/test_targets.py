"""Targets as they are written: modules and files, in packages and alone, also beside other projects of one process."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatkit_link.agents.catalog import load_target
from chatkit_link.errors import ConfigurationError
from chatkit_link.import_target import load_module

AGENT = "from agents import Agent\nagent = Agent(name={name!r})\n"


@pytest.fixture(autouse=True)
def own_imports() -> Iterator[None]:
    """Each test begins without the projects of the others."""
    path, modules = list(sys.path), dict(sys.modules)
    yield
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def project(folder: Path, word: str = "one") -> Path:
    """A back end as people write it: a package, folders without an __init__.py in it, relative imports."""
    return write(
        folder,
        {
            "app/__init__.py": "",
            "app/store.py": f"word = {word!r}\nrows = []\n",
            "app/server.py": "from .store import rows, word\nfrom .agents.helper import helper\n",
            "app/agents/helper.py": "from ..store import word\nhelper = f'helper of {word}'\n",
            "app/agents/chat.py": "from ..store import rows\nfrom .helper import helper\n",
            "app/main.py": "from app.store import rows\nfrom app.server import word\n",
            "app/late.py": "def word():\n    from .store import word\n    return word\n",
        },
    )


#: A base that is written there, another that is imported, and what is made of them.
SERVERS = """
from chatkit.server import ChatKitServer
from agents import Agent
from base import Imported

class Base(ChatKitServer):
    async def respond(self, thread, item, context):
        yield

class Abstract(ChatKitServer):
    pass

helper = Agent(name="Helper")
"""
IMPORTED = """
from chatkit.server import ChatKitServer

class Imported(ChatKitServer):
    async def respond(self, thread, item, context):
        yield
"""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("class Simple(Base): pass", "Simple"),
        ("class Simple(Imported): pass\ndel Base", "Simple"),
        ("simple = Base(None)\nsame = simple", "simple"),
        ("del Base", "helper"),
    ],
)
def test_a_target_without_a_name_is_the_only_server_or_else_the_only_agent(
    tmp_path: Path, code: str, found: str
) -> None:
    write(tmp_path, {"chat.py": f"{SERVERS}\n{code}\n", "base.py": IMPORTED})
    target = load_target("chat.py", beside=tmp_path)
    assert getattr(target, "answer", target) is getattr(sys.modules["chat"], found)


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        (
            "chat.py",
            "class One(Base): pass\nclass Two(Base): pass",
            r"It has the class One and the class Two: write chat\.py:One or chat\.py:Two\.$",
        ),
        (
            "chat.py:Simpel",
            "class Simple(Base): pass",
            r"no Simpel in chat.py\. It has the class Simple: write chat.py:S",
        ),
        ("chat", "del Base\nother = Agent(name='O')", r"It has helper and other: write chat:helper or chat:other\.$"),
        (
            "base.py:Server",
            "",
            r"there is no Server in base.py\. It has the class Imported: write base.py:Imported",
        ),
        ("chat.py:Text", "class Text: pass", r"'chat\.py:Text' is the class Text\. It must be"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_those_that_are(
    tmp_path: Path, target: str, code: str, message: str
) -> None:
    write(tmp_path, {"chat.py": f"{SERVERS}\n{code}\n", "base.py": IMPORTED})
    with pytest.raises(ConfigurationError, match=message):
        load_target(target, beside=tmp_path)


@pytest.mark.parametrize("place", ["app/server.py", "app.server", "./app/server.py"])
def test_a_file_of_a_package_imports_what_is_beside_it(tmp_path: Path, place: str) -> None:
    assert load_module(place, "it", project(tmp_path)).helper == "helper of one"


def test_a_module_is_loaded_once_however_it_is_named(tmp_path: Path) -> None:
    project(tmp_path)
    places = ["app.server", "app/server.py", "app/agents/chat.py", "app.agents.chat", "app.main", "app/main.py"]
    found = [load_module(place, "it", tmp_path) for place in places]
    assert len({id(module.rows) for module in found}) == 1
    assert len({id(module) for module in found}) == 3
    assert load_module(str(tmp_path / "app" / "server.py"), "it", Path("/")) is found[0]


def test_a_package_below_the_catalogs_folder_is_imported_from_where_it_stands(tmp_path: Path) -> None:
    project(tmp_path / "lounge" / "backend")
    found = load_module("lounge/backend/app/main.py", "it", tmp_path)
    assert found.__name__ == "app.main"
    assert found.rows is load_module("lounge/backend/app/agents/chat.py", "it", tmp_path).rows


def test_a_catalog_inside_the_package_that_it_serves_finds_it(tmp_path: Path) -> None:
    project(tmp_path)
    assert load_module("server.py", "it", tmp_path / "app").__name__ == "app.server"
    assert load_module("app.server", "it", tmp_path).__name__ == "app.server"


def test_folders_without_an_init_file_are_packages_too(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "service/data/store.py": "rows = []\n",
            "service/agents/chat.py": "from ..data.store import rows\nfrom service.data import store\n",
        },
    )
    found = load_module("service/agents/chat.py", "it", tmp_path)
    assert found.rows is found.store.rows
    assert load_module("service.agents.chat", "it", tmp_path) is found


def test_a_file_alone_imports_its_neighbours_by_their_bare_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "shared.py": "rows = []\n",
            "desk/memory_store.py": "import shared\nrows = shared.rows\n",
            "desk/server.py": "from memory_store import rows\nimport shared\n",
        },
    )
    found = load_module("desk/server.py", "it", tmp_path)
    assert found.rows is found.shared.rows


def test_neighbours_of_the_same_name_in_two_folders_do_not_meet(tmp_path: Path) -> None:
    for desk in ("first", "second", "third"):
        write(
            tmp_path / desk, {"memory_store.py": f"word = {desk!r}\n", "server.py": "from memory_store import word\n"}
        )
    words = [load_module(f"{desk}/server.py", "it", tmp_path).word for desk in ("first", "second", "third", "first")]
    assert words == ["first", "second", "third", "first"]


def test_two_projects_may_have_packages_of_one_name(tmp_path: Path) -> None:
    """As the official samples have, each with a package ``app``."""
    project(tmp_path / "cats", "cats")
    project(tmp_path / "trains", "trains")
    cats = load_module("cats/app/main.py", "it", tmp_path)
    late = load_module("cats/app/late.py", "it", tmp_path)
    trains = load_module("trains/app/main.py", "it", tmp_path)
    assert (cats.word, trains.word, late.word()) == ("cats", "trains", "cats")
    assert cats.rows is not trains.rows
    again = load_module("cats/app/server.py", "it", tmp_path)
    assert again.rows is cats.rows
    assert load_module("app.server", "it", tmp_path / "trains").rows is trains.rows


@pytest.mark.parametrize("name", ["email", "types", "agents", "chatkit", "openai", "limits", "search", "json"])
def test_a_project_may_use_names_of_python_and_of_this_server(tmp_path: Path, name: str) -> None:
    """Its module is loaded, and nobody else's import finds it."""
    before = sys.modules.get(name)
    write(tmp_path, {f"{name}.py": AGENT.format(name=name), f"deep/{name}/__init__.py": AGENT.format(name="deep")})
    assert load_module(f"{name}.py", "it", tmp_path).agent.name == name
    assert load_module(name, "it", tmp_path).agent.name == name
    assert load_module(f"deep/{name}/", "it", tmp_path).agent.name == "deep"
    if name != "search":
        assert sys.modules.get(name) is before


def test_a_folder_named_like_the_sdk_is_no_obstacle(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"agents/chat.py": f"from .words import word\n{AGENT.format(name='x')}", "agents/words.py": "word = 1"},
    )
    assert load_module("agents.chat", "it", tmp_path).word == 1
    assert load_module("agents/chat.py", "it", tmp_path) is load_module("agents.chat", "it", tmp_path)


def test_an_empty_init_where_a_project_is_started_changes_no_name(tmp_path: Path) -> None:
    project = tmp_path / "backend"
    project.mkdir()
    write(
        project,
        {"__init__.py": "", "bar_words.py": "words = []\n", "bar_chat.py": "from bar_words import words\n"},
    )
    chat = load_module("bar_chat.py", "it", project)
    assert chat is load_module("bar_chat", "it", project)
    assert chat.words is load_module("bar_words", "it", project).words


@pytest.mark.parametrize("line", ["from .qux_words import words", "from {name}.qux_words import words"])
def test_a_file_that_imports_by_its_package_is_a_part_of_it(tmp_path: Path, line: str) -> None:
    name = f"qux{len(line)}"
    project = tmp_path / name
    project.mkdir()
    write(project, {"__init__.py": "", "qux_words.py": "words = []\n", "chat.py": line.format(name=name)})
    assert load_module("chat.py", "it", project).__name__ == f"{name}.chat"


def test_a_name_that_the_sdk_does_not_have_is_not_blamed_on_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"chatkit/server.py": "from chatkit.types import Nothing\n"})
    with pytest.raises(ConfigurationError, match=r"cannot import name 'Nothing'") as refused:
        load_module("chatkit/server.py", "it", tmp_path)
    assert "hidden" not in str(refused.value)


def test_a_neighbour_that_an_installed_module_hides_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"limits.py": "MOST = 3\n", "chat.py": "from limits import MOST\n"})
    with pytest.raises(
        ConfigurationError, match=r"limits\.py is hidden by an installed module of that name: rename it"
    ):
        load_module("chat.py", "it", tmp_path)


def test_an_installed_package_is_found_beside_a_folder_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "markdown_it").mkdir()
    assert load_module("markdown_it.main", "it", tmp_path).__name__ == "markdown_it.main"


def test_a_folder_whose_name_is_no_identifier_is_loaded_all_the_same(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"my-agent/chat.py": AGENT.format(name="a"), "v1.2/chat.py": "from words import x", "v1.2/words.py": "x = 3"},
    )
    assert load_module("my-agent/chat.py", "it", tmp_path).agent.name == "a"
    assert load_module("v1.2/chat.py", "it", tmp_path).x == 3


def test_a_file_that_failed_can_be_loaded_once_it_is_mended(tmp_path: Path) -> None:
    write(tmp_path, {"app/__init__.py": "", "app/server.py": "import nothing_of_that_name\n"})
    with pytest.raises(ConfigurationError, match="nothing_of_that_name"):
        load_target("app/server.py:agent", beside=tmp_path)
    write(tmp_path, {"app/server.py": AGENT.format(name="mended") + "holder = type('H', (), {'agent': agent})\n"})
    load_target("app/server.py:agent", beside=tmp_path)


@pytest.mark.parametrize("target", ["shop.py:agent", "shop.py:run_workflow"])
def test_a_value_that_the_settings_of_an_agent_refuse_is_not_repeated(tmp_path: Path, target: str) -> None:
    lines = "from pydantic import BaseModel, Field\nclass Own(BaseModel):\n  api_key: str = Field(max_length=3)\n"
    write(tmp_path, {"shop.py": f"{lines}Own(api_key='sk-' + 'secret')\nasync def run_workflow(workflow_input): ...\n"})
    with pytest.raises(ConfigurationError, match="Own: api_key: String should have at most 3 characters") as refused:
        load_target(target, beside=tmp_path)
    assert "sk-secret" not in str(refused.value)
