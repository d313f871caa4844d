"""What a newcomer asks of the bundled documents is answered by the passage that answers it."""

from chatkit_link.agents.offline.extract import QuotedSource, Transcript, write_answer
from chatkit_link.resources import resource
from chatkit_link.search.folder import sync_folder
from chatkit_link.search.local import LocalSearch
from chatkit_link.search.provider import SearchResult
from chatkit_link.store.documents import Documents

ASKED = {
    "How do I embed it?": "Embed the chat",
    "How do I add a tool?": "Your first agent › An agent with a tool",
    "How do I deploy to Fly?": "Questions › Does it run on Fly.io, Kubernetes or a server of my own?",
    "What happens when the server crashes?": "Write an agent › Tools and crashes",
    "CSP for the script?": "Embed the chat › Content-Security-Policy",
    "How do I sign users in?": "Sign users in",
    "How do I use Anthropic?": "Questions › Can I use Anthropic, Google or Ollama?",
    "How do I use Ollama?": "Questions › Can I use Anthropic, Google or Ollama?",
    "How do I change the colors?": "Questions › Can I change the colors and fonts?",
    "What does it cost?": "Questions › What does it cost?",
    "Can I use my own database?": "Keep your own route › The database",
    "How do I make a widget?": "Your first agent › A widget",
    "How do I delete old chats?": "Questions › Who deletes old chats?",
    "How do I upload files?": "Take files › Upload",
    "Where do I put the API key?": "Questions › Where do I put the API key?",
    "Does it work without internet?": "Questions › Does it work offline, without an API key or the internet?",
    "How do I migrate from Agent Builder?": "Leave Agent Builder",
    "How do I back up?": "Deploy › Back up",
    "How many users can it handle?": "Questions › How many users can it handle?",
    "How do I add my own documents?": "Search › Your own documents",
    "What is a run?": "How an answer survives › Runs",
    "Where are the logs?": "Security › Logs",
}


async def test_a_newcomers_question_is_answered_by_the_passage_about_it(documents: Documents) -> None:
    await sync_folder(documents, resource("docs"))
    search = LocalSearch(documents, address="http://127.0.0.1:8000")
    answers: dict[str, str] = {}
    for question in ASKED:
        found = [hit async for hit in search.search(question, limit=8) if isinstance(hit, SearchResult)]
        sources = [
            QuotedSource(number, hit.title, hit.passage or hit.snippet, "passage" if hit.passage else "snippet")
            for number, hit in enumerate(found, 1)
        ]
        answer = write_answer(Transcript(question=question, found=sources, looked_up=True))
        answers[question] = answer.partition("【")[0].removeprefix("### ")
    assert answers == ASKED
