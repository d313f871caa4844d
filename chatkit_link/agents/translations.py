"""What a person reads of a failed answer, in the languages of the built-in page.

A message inside a stream has no code beside it that a page could translate: ChatKit leaves that to whoever
raises the error. The English sentence is the key, as in gettext; one that is not here stays as it is.
"""

SENTENCES: dict[str, dict[str, str]] = {
    "The model's server did not accept the API key. Whoever runs this chat must set OPENAI_API_KEY.": {
        "ar": "لم يقبل خادم النموذج مفتاح API. على من يدير هذه الدردشة ضبط OPENAI_API_KEY.",
        "de": "Der Server des Modells hat den API-Schlüssel nicht angenommen. Wer diesen Chat betreibt, muss "
        "OPENAI_API_KEY setzen.",
        "es": "El servidor del modelo no aceptó la clave de API. Quien administra este chat debe configurar "
        "OPENAI_API_KEY.",
        "fr": "Le serveur du modèle n’a pas accepté la clé d’API. La personne qui gère ce chat doit définir "
        "OPENAI_API_KEY.",
        "he": "שרת המודל לא קיבל את מפתח ה־API. על מי שמפעיל את הצ׳אט הזה להגדיר את OPENAI_API_KEY.",
        "ja": "モデルのサーバーが API キーを受け付けませんでした。このチャットの運営者が OPENAI_API_KEY "
        "を設定する必要があります。",
        "zh": "模型服务器未接受 API 密钥。此聊天的运营者需要设置 OPENAI_API_KEY。",
    },
    "The model's server does not know this model. Whoever runs this chat must set CHATKIT_LINK_MODEL.": {
        "ar": "لا يعرف خادم النموذج هذا النموذج. على من يدير هذه الدردشة ضبط CHATKIT_LINK_MODEL.",
        "de": "Der Server des Modells kennt dieses Modell nicht. Wer diesen Chat betreibt, muss "
        "CHATKIT_LINK_MODEL setzen.",
        "es": "El servidor del modelo no conoce este modelo. Quien administra este chat debe configurar "
        "CHATKIT_LINK_MODEL.",
        "fr": "Le serveur du modèle ne connaît pas ce modèle. La personne qui gère ce chat doit définir "
        "CHATKIT_LINK_MODEL.",
        "he": "שרת המודל אינו מכיר את המודל הזה. על מי שמפעיל את הצ׳אט הזה להגדיר את CHATKIT_LINK_MODEL.",
        "ja": "モデルのサーバーにこのモデルがありません。このチャットの運営者が CHATKIT_LINK_MODEL "
        "を設定する必要があります。",
        "zh": "模型服务器不认识此模型。此聊天的运营者需要设置 CHATKIT_LINK_MODEL。",
    },
    "The model's server is busy or its quota is used up. Please try again in a moment.": {
        "ar": "خادم النموذج مشغول أو نفدت حصته. أعد المحاولة بعد قليل.",
        "de": "Der Server des Modells ist ausgelastet, oder sein Kontingent ist aufgebraucht. Versuchen Sie es gleich "
        "noch einmal.",
        "es": "El servidor del modelo está ocupado o su cupo se ha agotado. Inténtelo de nuevo en unos instantes.",
        "fr": "Le serveur du modèle est occupé ou son quota est épuisé. Réessayez dans un instant.",
        "he": "שרת המודל עמוס או שהמכסה שלו נוצלה. יש לנסות שוב בעוד רגע.",
        "ja": "モデルのサーバーが混み合っているか、利用枠を使い切っています。しばらくしてからもう一度お試しください。",
        "zh": "模型服务器繁忙，或其配额已用完。请稍后重试。",
    },
    "The model's server took too long to answer. Please try again.": {
        "ar": "استغرق خادم النموذج وقتًا طويلًا للإجابة. أعد المحاولة.",
        "de": "Der Server des Modells hat zu lange für die Antwort gebraucht. Versuchen Sie es erneut.",
        "es": "El servidor del modelo tardó demasiado en responder. Inténtelo de nuevo.",
        "fr": "Le serveur du modèle a mis trop de temps à répondre. Réessayez.",
        "he": "שרת המודל התעכב יותר מדי. יש לנסות שוב.",
        "ja": "モデルのサーバーの応答に時間がかかりすぎました。もう一度お試しください。",
        "zh": "模型服务器响应时间过长。请重试。",
    },
    "The model's server cannot be reached. Please try again in a moment.": {
        "ar": "لا يمكن الوصول إلى خادم النموذج. أعد المحاولة بعد قليل.",
        "de": "Der Server des Modells ist nicht zu erreichen. Versuchen Sie es gleich noch einmal.",
        "es": "No se puede acceder al servidor del modelo. Inténtelo de nuevo en unos instantes.",
        "fr": "Le serveur du modèle est injoignable. Réessayez dans un instant.",
        "he": "לא ניתן להגיע לשרת המודל. יש לנסות שוב בעוד רגע.",
        "ja": "モデルのサーバーに接続できません。しばらくしてからもう一度お試しください。",
        "zh": "无法连接到模型服务器。请稍后重试。",
    },
    "The model's server refused the request. The chat may be too long: start a new one.": {
        "ar": "رفض خادم النموذج الطلب. قد تكون المحادثة أطول من اللازم: ابدأ محادثة جديدة.",
        "de": "Der Server des Modells hat die Anfrage abgelehnt. Vielleicht ist der Chat zu lang: Beginnen Sie "
        "einen neuen.",
        "es": "El servidor del modelo rechazó la solicitud. Puede que el chat sea demasiado largo: empiece uno nuevo.",
        "fr": "Le serveur du modèle a refusé la demande. Le chat est peut-être trop long : commencez-en un nouveau.",
        "he": "שרת המודל דחה את הבקשה. ייתכן שהצ׳אט ארוך מדי: יש להתחיל חדש.",
        "ja": "モデルのサーバーがリクエストを拒否しました。チャットが長すぎる可能性があります。"
        "新しいチャットを始めてください。",
        "zh": "模型服务器拒绝了请求。聊天可能过长：请开始新的聊天。",
    },
    "The model's server failed while answering. Please try again.": {
        "ar": "تعطّل خادم النموذج أثناء الإجابة. أعد المحاولة.",
        "de": "Der Server des Modells ist während der Antwort ausgefallen. Versuchen Sie es erneut.",
        "es": "El servidor del modelo falló mientras respondía. Inténtelo de nuevo.",
        "fr": "Le serveur du modèle a échoué pendant la réponse. Réessayez.",
        "he": "שרת המודל נכשל בזמן המענה. יש לנסות שוב.",
        "ja": "回答中にモデルのサーバーでエラーが発生しました。もう一度お試しください。",
        "zh": "模型服务器在回答时出错。请重试。",
    },
    "The model's server cannot be used as it is set up. Whoever runs this chat must set OPENAI_API_KEY.": {
        "ar": "لا يمكن استخدام خادم النموذج بإعداده الحالي. على من يدير هذه الدردشة ضبط OPENAI_API_KEY.",
        "de": "Der Server des Modells ist so nicht zu benutzen. Wer diesen Chat betreibt, muss OPENAI_API_KEY setzen.",
        "es": "El servidor del modelo no se puede usar tal como está configurado. Quien administra este chat debe "
        "configurar OPENAI_API_KEY.",
        "fr": "Le serveur du modèle est inutilisable tel qu’il est configuré. La personne qui gère ce chat "
        "doit définir "
        "OPENAI_API_KEY.",
        "he": "לא ניתן להשתמש בשרת המודל כפי שהוא מוגדר. על מי שמפעיל את הצ׳אט הזה להגדיר את OPENAI_API_KEY.",
        "ja": "現在の設定ではモデルのサーバーを利用できません。このチャットの運営者が OPENAI_API_KEY "
        "を設定する必要があります。",
        "zh": "按当前设置无法使用模型服务器。此聊天的运营者需要设置 OPENAI_API_KEY。",
    },
    "The assistant went round in circles and was stopped. Try asking in another way.": {
        "ar": "دار المساعد في حلقة مفرغة فأُوقف. حاول السؤال بطريقة أخرى.",
        "de": "Der Assistent hat sich im Kreis gedreht und wurde angehalten. Fragen Sie auf andere Weise.",
        "es": "El asistente daba vueltas en círculo y se detuvo. Pregunte de otra manera.",
        "fr": "L’assistant tournait en rond et a été arrêté. Posez la question autrement.",
        "he": "העוזר הסתובב במעגלים ונעצר. אפשר לנסות לשאול אחרת.",
        "ja": "アシスタントが堂々巡りになったため停止しました。別の聞き方をお試しください。",
        "zh": "助手陷入循环，已被停止。请换一种方式提问。",
    },
    "The model gave an answer that makes no sense. Please try again.": {
        "ar": "أعطى النموذج إجابة لا معنى لها. أعد المحاولة.",
        "de": "Das Modell hat eine Antwort ohne Sinn gegeben. Versuchen Sie es erneut.",
        "es": "El modelo dio una respuesta sin sentido. Inténtelo de nuevo.",
        "fr": "Le modèle a donné une réponse qui n’a pas de sens. Réessayez.",
        "he": "המודל נתן תשובה חסרת היגיון. יש לנסות שוב.",
        "ja": "モデルの回答が意味をなしませんでした。もう一度お試しください。",
        "zh": "模型给出了没有意义的回答。请重试。",
    },
    "This assistant may not answer that.": {
        "ar": "لا يُسمح لهذا المساعد بالإجابة عن ذلك.",
        "de": "Dieser Assistent darf das nicht beantworten.",
        "es": "Este asistente no puede responder a eso.",
        "fr": "Cet assistant n’a pas le droit de répondre à cela.",
        "he": "העוזר הזה אינו רשאי לענות על כך.",
        "ja": "このアシスタントはそれに回答できません。",
        "zh": "此助手不能回答该问题。",
    },
    "The answer was withheld by this assistant's rules.": {
        "ar": "حُجبت الإجابة وفق قواعد هذا المساعد.",
        "de": "Die Antwort wurde nach den Regeln dieses Assistenten zurückgehalten.",
        "es": "La respuesta se retuvo según las reglas de este asistente.",
        "fr": "La réponse a été retenue par les règles de cet assistant.",
        "he": "התשובה נמנעה לפי הכללים של העוזר הזה.",
        "ja": "このアシスタントの規則により、回答は表示されません。",
        "zh": "根据此助手的规则，该回答未予显示。",
    },
    "The server was restarted before this answer was complete. What there was is kept; please try again.": {
        "ar": "أُعيد تشغيل الخادم قبل اكتمال هذه الإجابة. ما كُتب منها محفوظ؛ أعد المحاولة.",
        "de": "Der Server wurde neu gestartet, bevor diese Antwort vollständig war. Was da war, ist "
        "aufbewahrt; versuchen "
        "Sie es erneut.",
        "es": "El servidor se reinició antes de que esta respuesta estuviera completa. Lo que había se conserva; "
        "inténtelo de nuevo.",
        "fr": "Le serveur a redémarré avant que cette réponse soit complète. Ce qui était là est conservé ; réessayez.",
        "he": "השרת הופעל מחדש לפני שהתשובה הושלמה. מה שנכתב נשמר; יש לנסות שוב.",
        "ja": "この回答が完了する前にサーバーが再起動しました。途中までの内容は保存されています。"
        "もう一度お試しください。",
        "zh": "在此回答完成之前服务器已重启。已有内容已保留；请重试。",
    },
}

#: The languages of ``frontend/src/language``, but for English.
LANGUAGES = frozenset({"ar", "de", "es", "fr", "he", "ja", "zh"})


def in_language(sentence: str, locale: str) -> str:
    """The sentence in the language of a BCP 47 tag, or as it is."""
    return SENTENCES.get(sentence, {}).get(locale.partition("-")[0], sentence)
