"""German."""

SENTENCES = {
    "model_key_refused": "Der Server des Modells hat den API-Schlüssel nicht angenommen. Wer diesen Chat betreibt, "
    "muss OPENAI_API_KEY prüfen.",
    "model_not_allowed": "Der Server des Modells erlaubt diese Anfrage für das Konto des Betreibers nicht. Wer diesen "
    "Chat betreibt, muss die Rechte des Kontos prüfen.",
    "model_unverified": "Der Server des Modells antwortet erst, wenn die Organisation des Betreibers verifiziert ist. "
    "Wer diesen Chat betreibt, muss sie verifizieren.",
    "model_region_blocked": "Der Server des Modells bedient die Region nicht, in der dieser Chat läuft. Wer diesen "
    "Chat betreibt, muss einen anderen Server verwenden.",
    "model_unknown": "Der Server des Modells kennt dieses Modell oder diese Adresse nicht. Wer diesen Chat betreibt, "
    "muss CHATKIT_LINK_MODEL und OPENAI_BASE_URL prüfen.",
    "model_misconfigured": "Der Server des Modells ist so nicht zu benutzen. Wer diesen Chat betreibt, muss "
    "OPENAI_API_KEY und OPENAI_BASE_URL prüfen.",
    "model_out_of_credit": "Das Guthaben des Betreibers beim Server des Modells ist aufgebraucht. Wer diesen Chat "
    "betreibt, muss die Abrechnung prüfen.",
    "model_busy": "Der Server des Modells nimmt gerade keine weiteren Anfragen an. Versuchen Sie es gleich noch "
    "einmal.",
    "model_busy_seconds": "Der Server des Modells nimmt gerade keine weiteren Anfragen an. Versuchen Sie es in etwa "
    "{number} Sekunden noch einmal.",
    "model_busy_minutes": "Der Server des Modells nimmt gerade keine weiteren Anfragen an. Versuchen Sie es in etwa "
    "{number} Minuten noch einmal.",
    "model_timeout": "Der Server des Modells hat zu lange für die Antwort gebraucht. Versuchen Sie es erneut.",
    "model_unreachable": "Der Server des Modells ist nicht zu erreichen. Versuchen Sie es gleich noch einmal.",
    "model_failed": "Der Server des Modells ist während der Antwort ausgefallen. Versuchen Sie es erneut.",
    "file_search_timeout": "Die Dateisuche des Modellservers hat zu lange gedauert. Versuchen Sie es erneut.",
    "model_refused": "Der Server des Modells hat die Anfrage abgelehnt. Soweit bekannt, liegt es nicht an Ihrer "
    "Nachricht. Wer diesen Chat betreibt, findet die Antwort des Servers im Protokoll.",
    "model_setting_refused": "Das Modell nimmt eine Einstellung dieses Assistenten nicht an. Wer diesen Chat betreibt, "
    "findet ihren Namen im Protokoll und muss sie ändern.",
    "context_too_long": "Dieser Chat ist zu lang für das Modell. Beginnen Sie einen neuen Chat, oder senden Sie eine "
    "kürzere Nachricht.",
    "context_shortened": "Der Anfang dieses Chats wurde für diese Antwort weggelassen: Er ist als Ganzes zu "
    "lang für das Modell.",
    "request_too_large": "Der Server des Modells hat die Anfrage abgelehnt, weil sie zu groß ist. Beginnen Sie einen "
    "neuen Chat, oder senden Sie weniger Text und kleinere Dateien.",
    "prompt_blocked": "Der Server des Modells beantwortet das wegen seiner Nutzungsregeln nicht. Formulieren Sie Ihre "
    "Nachricht anders, oder fragen Sie etwas anderes.",
    "image_refused": "Der Server des Modells kann ein Bild dieses Chats nicht verwenden. Senden Sie es in einem "
    "anderen Format oder einer anderen Größe, oder beginnen Sie einen neuen Chat ohne das Bild.",
    "image_blocked": "Der Server des Modells nimmt ein Bild dieses Chats wegen seiner Nutzungsregeln nicht an. "
    "Beginnen Sie einen neuen Chat ohne das Bild.",
    "answer_cut": "Die Antwort endet hier, weil das Modell seine Höchstzahl an Ausgabe-Tokens erreicht hat. Bitten Sie "
    "es fortzufahren, oder bitten Sie um eine kürzere Antwort.",
    "answer_filtered": "Die Antwort endet hier, weil der Inhaltsfilter des Modellservers den Rest zurückgehalten hat. "
    "Fragen Sie auf andere Weise.",
    "answer_empty": "Das Modell hat ohne eine Antwort aufgehört. Versuchen Sie es erneut.",
    "answer_disconnected": "Die Verbindung zum Server des Modells ist abgebrochen, bevor die Antwort vollständig war. "
    "Versuchen Sie es erneut.",
    "answer_unreadable": "Was der Server des Modells gesendet hat, ist nicht als Antwort zu lesen. Versuchen Sie es "
    "erneut; geschieht es wieder, muss OPENAI_BASE_URL prüfen, wer diesen Chat betreibt.",
    "answer_unusable": "Das Modell hat eine Antwort gegeben, die dieser Assistent nicht verwenden kann. Versuchen Sie "
    "es erneut.",
    "answer_declined": "Das Modell hat es abgelehnt zu antworten. Fragen Sie auf andere Weise.",
    "answer_interrupted": "Der Server wurde neu gestartet, bevor diese Antwort vollständig war. Was da war, ist "
    "aufbewahrt; versuchen Sie es erneut.",
    "too_many_steps": "Der Assistent wurde angehalten, weil er zu viele Schritte brauchte. Fragen Sie nach weniger auf "
    "einmal oder auf andere Weise.",
    "question_blocked": "Dieser Assistent darf das nicht beantworten.",
    "answer_blocked": "Die Antwort wurde nach den Regeln dieses Assistenten zurückgehalten.",
    "tool_blocked": "Die Regeln dieses Assistenten haben eines seiner Werkzeuge angehalten, und ohne es gibt es keine "
    "Antwort. Fragen Sie auf andere Weise.",
    "tool_broke": "Ein Werkzeug dieses Assistenten ist fehlgeschlagen, und ohne es gibt es keine Antwort. Versuchen "
    "Sie es erneut; wer diesen Chat betreibt, findet den Grund im Protokoll.",
    "tool_timeout": "Ein Werkzeug dieses Assistenten hat zu lange gebraucht, und ohne es gibt es keine Antwort. "
    "Versuchen Sie es erneut.",
    "assistant_misconfigured": "Dieser Assistent ist nicht richtig eingerichtet. Wer diesen Chat betreibt, findet den "
    "Grund im Protokoll.",
    "assistant_failed": "Dieser Assistent ist während der Antwort ausgefallen. Versuchen Sie es erneut; wer diesen "
    "Chat betreibt, findet den Grund im Protokoll.",
    "service_unreachable": "Ein Dienst, den dieser Assistent braucht, ist nicht zu erreichen. Versuchen Sie es gleich "
    "noch einmal.",
    "service_timeout": "Ein Dienst, den dieser Assistent braucht, hat zu lange gebraucht. Versuchen Sie es erneut.",
    "data_unreadable": "Dieser Assistent hat Daten erhalten, die er nicht lesen kann. Versuchen Sie es erneut; wer "
    "diesen Chat betreibt, findet den Grund im Protokoll.",
    "task_failed_title": "{title}: fehlgeschlagen",
    "task_failed": "Fehlgeschlagen. Der Assistent weiß davon und kann ohne das Ergebnis weitermachen.",
    "task_timed_out": "Fehlgeschlagen: Es hat zu lange gedauert. Der Assistent weiß davon und kann ohne das Ergebnis "
    "weitermachen.",
    "task_unfinished": "Nicht beendet.",
    "task_output_cut": "Das Ergebnis war zu lang: Der Assistent hat {kept} von {total} Zeichen erhalten.",
}
