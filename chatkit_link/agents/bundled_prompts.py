"""What the bundled agent suggests while the offline model answers from the bundled documents.

The label is in the language of the chat. The question stays English: so are the documents, and the offline model looks
for its words in them.
"""

from collections.abc import Mapping
from typing import Final

from chatkit_link.agents.catalog_texts import Prompt, Texts

#: The question and the icon of each suggestion, in the order of the labels below.
_ASKED: Final = (
    ("How does an answer survive a reload?", "bolt"),
    ("How do I add my own agent?", "agent"),
    ("How do I deploy it?", "globe"),
    ("How do I use a real model?", "settings-slider"),
)

_LABELS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "en": ("What survives a reload?", "Bring your own agent", "Put it on a server", "Use a real model"),
    "ar": ("ما الذي يبقى بعد إعادة التحميل؟", "أضف وكيلك الخاص", "شغّله على خادم", "استخدم نموذجًا حقيقيًا"),
    "de": (
        "Was übersteht ein Neuladen?",
        "Eigenen Agenten hinzufügen",
        "Auf einem Server betreiben",
        "Ein echtes Modell",
    ),
    "es": ("¿Qué sobrevive a una recarga?", "Añadir tu propio agente", "Ponerlo en un servidor", "Usar un modelo real"),
    "fr": (
        "Que reste-t-il après un rechargement ?",
        "Ajouter votre agent",
        "Le mettre sur un serveur",
        "Utiliser un vrai modèle",
    ),
    "he": ("מה נשאר אחרי טעינה מחדש?", "הוספת סוכן משלך", "העלאה לשרת", "שימוש במודל אמיתי"),
    "id": (
        "Apa yang bertahan setelah dimuat ulang?",
        "Tambahkan agen sendiri",
        "Pasang di server",
        "Pakai model sungguhan",
    ),
    "it": (
        "Che cosa resta dopo un ricaricamento?",
        "Aggiungi il tuo agente",
        "Mettilo su un server",
        "Usa un modello vero",
    ),
    "ja": ("再読み込みしても残るものは？", "自分のエージェントを追加", "サーバーで動かす", "本物のモデルを使う"),
    "ko": ("새로고침해도 무엇이 남나요?", "내 에이전트 추가하기", "서버에 올리기", "실제 모델 사용하기"),
    "nl": (
        "Wat overleeft een herlaadbeurt?",
        "Je eigen agent toevoegen",
        "Op een server zetten",
        "Een echt model gebruiken",
    ),
    "pl": (
        "Co przetrwa odświeżenie strony?",
        "Dodaj własnego agenta",
        "Uruchom na serwerze",
        "Użyj prawdziwego modelu",
    ),
    "pt": (
        "O que sobrevive a uma recarga?",
        "Adicionar o seu agente",
        "Colocar em um servidor",
        "Usar um modelo de verdade",
    ),
    "ru": ("Что переживёт перезагрузку?", "Добавить своего агента", "Развернуть на сервере", "Настоящая модель"),
    "tr": ("Yenilemeden sonra ne kalır?", "Kendi ajanını ekle", "Bir sunucuya kur", "Gerçek bir model kullan"),
    "uk": ("Що переживе перезавантаження?", "Додати власного агента", "Розгорнути на сервері", "Справжня модель"),
    "vi": ("Điều gì còn lại sau khi tải lại?", "Thêm tác nhân của bạn", "Đưa lên máy chủ", "Dùng một mô hình thật"),
    "zh": ("刷新后会保留什么？", "添加自己的智能体", "部署到服务器", "使用真正的模型"),
    "zh-Hant": ("重新整理後會保留什麼？", "加入自己的代理", "部署到伺服器", "使用真正的模型"),
}


def prompts_in(language: str) -> list[Prompt]:
    """The suggestions for a language of the chat."""
    labelled = zip(_LABELS[language], _ASKED, strict=True)
    return [Prompt(label=label, prompt=question, icon=icon) for label, (question, icon) in labelled]


def prompt_locales() -> dict[str, Texts]:
    """The same for each language but English, as a catalog has texts by locale."""
    return {language: Texts(prompts=prompts_in(language)) for language in _LABELS if language != "en"}
