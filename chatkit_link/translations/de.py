"""German."""

TEXTS = {
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
    "model_unknown_in_file": "Der Server des Modells kennt das Modell {model} nicht, das in der Datei dieses "
    "Assistenten steht ({place}). Wer diesen Chat betreibt, muss dort ein anderes eintragen.",
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
    "hosted_tools_unsupported": "Dieser Assistent benutzt ein Werkzeug, das nur die Responses API von OpenAI "
    "ausführt. Wer diesen Chat betreibt, muss CHATKIT_LINK_OPENAI_API entfernen.",
    "vector_store_missing": "Der Vektorspeicher, den dieser Assistent durchsucht, ist nicht vorhanden. Wer "
    "diesen Chat betreibt, muss seine Kennung prüfen.",
    "file_unread": "Dieser Assistent kann keine Dateien lesen. Beginnen Sie einen neuen Chat und fragen Sie ohne "
    "Datei.",
    "mention_unread": "Dieser Assistent kann Erwähnungen mit @ nicht lesen. Beginnen Sie einen neuen Chat und "
    "schreiben Sie den Namen ohne.",
    "assistant_failed": "Dieser Assistent ist während der Antwort ausgefallen. Versuchen Sie es erneut; wer diesen "
    "Chat betreibt, findet den Grund im Protokoll.",
    "assistant_stopped": "Dieser Assistent ist stehen geblieben, bevor diese Antwort vollständig war. Was da war, "
    "ist aufbewahrt; versuchen Sie es erneut.",
    "service_unreachable": "Ein Dienst, den dieser Assistent braucht, ist nicht zu erreichen. Versuchen Sie es gleich "
    "noch einmal.",
    "service_timeout": "Ein Dienst, den dieser Assistent braucht, hat zu lange gebraucht. Versuchen Sie es erneut.",
    "data_unreadable": "Dieser Assistent hat Daten erhalten, die er nicht lesen kann. Versuchen Sie es erneut; wer "
    "diesen Chat betreibt, findet den Grund im Protokoll.",
    "task_failed_title": "{title}: fehlgeschlagen",
    "task_failed": "Fehlgeschlagen. Der Assistent weiß davon und kann ohne das Ergebnis weitermachen.",
    "task_uncertain_title": "{title}: ungewiss",
    "task_uncertain": "Der Server wurde währenddessen neu gestartet. Vielleicht ist es geschehen, "
    "vielleicht nicht. Der Assistent weiß davon.",
    "task_may_be_done": "Der Server wurde währenddessen neu gestartet. Vielleicht ist es geschehen, vielleicht nicht.",
    "task_timed_out": "Fehlgeschlagen: Es hat zu lange gedauert. Der Assistent weiß davon und kann ohne das Ergebnis "
    "weitermachen.",
    "task_unfinished": "Nicht beendet.",
    "task_output_cut": "Das Ergebnis war zu lang: Der Assistent hat {kept} von {total} Zeichen erhalten.",
    "searched_nothing": "Gesucht und nichts gefunden",
    "searched_document": "1 Dokument durchsucht",
    "searched_documents": "{number} Dokumente durchsucht",
    "searched_page": "1 Seite durchsucht",
    "searched_pages": "{number} Seiten durchsucht",
    "search_failed": "Die Suche ist fehlgeschlagen",
    "search_timeout": "Die Suche hat zu lange gedauert.",
    "signed_out": "Melden Sie sich zuerst an.",
    "sign_in_expired": "Ihre Anmeldung ist abgelaufen. Melden Sie sich erneut an.",
    "sign_in_unavailable": "Ihre Anmeldung kann gerade nicht geprüft werden. Versuchen Sie es in einigen Sekunden "
    "noch einmal.",
    "session_expired": "Diese Sitzung ist abgelaufen. Laden Sie die Seite neu, um eine neue zu beginnen.",
    "session_cancelled": "Diese Sitzung wurde beendet. Laden Sie die Seite neu, um eine neue zu beginnen.",
    "not_found": "Unter dieser Kennung gibt es nichts, oder es gehört Ihnen nicht.",
    "agent_not_found": "Diesen Assistenten gibt es auf diesem Server nicht.",
    "agent_unavailable": "Dieser Assistent ist gerade nicht verfügbar. Wer diesen Chat betreibt, muss ihn reparieren.",
    "offline_model": "Hier antwortet das Offline-Modell, das kein Sprachmodell ist. Mit "
    "OPENAI_API_KEY antwortet ein echtes.",
    "thread_not_found": "Diesen Chat gibt es nicht, oder er gehört Ihnen nicht. Vielleicht wurde er gelöscht.",
    "thread_out_of_reach": "Diese Sitzung reicht nicht bis zu diesem Chat zurück. Beginnen Sie einen neuen.",
    "item_not_found": "Diesen Eintrag gibt es in diesem Chat nicht. Vielleicht wurde er gelöscht oder durch einen "
    "neuen Versuch ersetzt.",
    "item_unreadable": "Dieser Teil des Chats kann nicht angezeigt werden.",
    "attachment_not_found": "Diesen Anhang gibt es nicht, oder er gehört Ihnen nicht. Hängen Sie die Datei noch "
    "einmal an.",
    "document_not_found": "Dieses Dokument gibt es hier nicht.",
    "document_link_expired": "Dieser Link gilt nicht mehr. Fragen Sie den Assistenten noch einmal nach dem Dokument.",
    "unavailable": "Der Server kann gerade nicht antworten. Versuchen Sie es gleich noch einmal.",
    "server_restarting": "Der Server wird neu gestartet. Senden Sie das gleich noch einmal.",
    "database_unavailable": "Die Datenbank ist gerade nicht zu erreichen. Versuchen Sie es gleich noch einmal.",
    "database_timeout": "Die Datenbank hat nicht rechtzeitig geantwortet. Versuchen Sie es gleich noch einmal.",
    "internal_error": "Auf dem Server ist etwas schiefgegangen. Bleibt es so, nennen Sie die Anfrage {request_id}.",
    "rate_limited": "Zu viele {what}: höchstens {most} in der Minute. Versuchen Sie es in {seconds} s noch einmal.",
    "network_rate_limited": "Zu viele {what} aus Ihrem Netz: höchstens {most} in der Minute. Versuchen Sie es in "
    "{seconds} s noch einmal.",
    "user_crowded": "Es wird schon an zu vielen Ihrer Anfragen gearbeitet. Warten Sie, bis eine davon fertig ist, und "
    "versuchen Sie es noch einmal.",
    "network_crowded": "Es wird schon an zu vielen Anfragen aus Ihrem Netz gearbeitet. Versuchen Sie es in {seconds} "
    "s noch einmal.",
    "server_crowded": "Der Server arbeitet an zu vielen Anfragen. Versuchen Sie es in {seconds} s noch einmal.",
    "counted_messages": "Nachrichten",
    "counted_uploads": "Dateien",
    "counted_transcriptions": "Aufnahmen",
    "counted_refreshes": "Aktualisierungen",
    "counted_sessions": "neue Sitzungen",
    "counted_shares": "Aufrufe geteilter Chats",
    "session_files_used_up": "Für diese Sitzung gilt eine Höchstzahl an Dateien: {most}.",
    "too_many_answers": "Zu viele Antworten auf einmal: {most} werden für Sie schon geschrieben. Warten Sie auf eine "
    "davon, oder halten Sie eine an.",
    "budget_used_up": "{budget} ist aufgebraucht. Es beginnt neu am {until:%d.%m.%Y} um 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} ist mit dieser Antwort aufgebraucht. Es beginnt neu am {until:%d.%m.%Y} um "
    "00:00 UTC.",
    "budget_nearly_used_up": "{budget} ist fast aufgebraucht: {percent} % sind verbraucht.",
    "budget_user_day": "Ihr Budget für heute",
    "budget_user_month": "Ihr Budget für diesen Monat",
    "budget_tenant_day": "Das Budget für heute",
    "budget_tenant_month": "Das Budget für diesen Monat",
    "message_edited": "Diese Nachricht wurde inzwischen in einem anderen Fenster geändert. Laden Sie den Chat neu, "
    "um sie zu sehen, wie sie jetzt ist.",
    "thread_busy": "In diesem Chat wird noch eine Antwort geschrieben. Warten Sie darauf, oder halten Sie sie zuerst "
    "an.",
    "queue_full": "Es ist kein Platz für eine weitere Nachricht: Höchstens {most} können warten. Warten Sie auf die "
    "Antwort, oder entfernen Sie eine.",
    "message_not_queued": "Diese Nachricht wartet nicht mehr: Sie wurde gesendet oder entfernt.",
    "thread_locked": "Dieser Chat ist gesperrt{reason}. Er nimmt vorerst keine Nachrichten an.",
    "thread_closed": "Dieser Chat ist geschlossen{reason}. Beginnen Sie einen neuen, um fortzufahren.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Die Nachricht ist leer. Schreiben Sie etwas, oder hängen Sie eine Datei an.",
    "message_too_long": "Die Nachricht hat {length} Zeichen; höchstens {most} sind möglich. Kürzen Sie sie, oder "
    "senden Sie den Text als Datei.",
    "message_too_many_files": "Die Höchstzahl an Dateien in einer Nachricht ist {most}.",
    "body_too_large": "Die Anfrage ist zu groß: höchstens {most} Bytes sind möglich.",
    "share_not_found": "Hinter diesem Link ist kein Chat. Er ist vielleicht abgelaufen, oder er wurde zurückgezogen.",
    "shares_full": "Zu diesem Chat gibt es schon {most} Links. Ziehen Sie zuerst einen zurück.",
    "nothing_to_share": "In diesem Chat gibt es noch nichts zu teilen.",
    "sharing_off": "Das Teilen ist auf diesem Server ausgeschaltet.",
    "title_empty": "Ein Chat braucht einen Titel aus mindestens einem Zeichen.",
    "title_too_long": "Der Titel ist zu lang: höchstens {most} Zeichen sind möglich.",
    "model_not_offered": "Dieser Assistent bietet dieses Modell nicht an.",
    "tool_not_offered": "Dieser Assistent bietet dieses Werkzeug nicht an.",
    "question_answered": "Diese Frage wurde schon beantwortet.",
    "output_not_expected": "In diesem Chat wartet kein Werkzeug auf eine Ausgabe. Vielleicht hat es sie schon "
    "erhalten.",
    "answer_not_kept": "Diese Antwort ist seit einer Weile beendet, und ihr Verlauf ist nicht mehr gespeichert. Laden "
    "Sie den Chat neu.",
    "stop_failed": "Die Antwort konnte noch nicht angehalten werden. Versuchen Sie es gleich noch einmal.",
    "dictation_off": "Dieser Assistent nimmt kein Diktat an. Tippen Sie stattdessen.",
    "dictation_failed": "Das Diktat konnte nicht in Text umgewandelt werden. Versuchen Sie es noch einmal.",
    "recording_empty": "Die Aufnahme ist leer. Nehmen Sie noch einmal auf.",
    "recording_too_long": "Die Aufnahme ist zu lang: höchstens {most} Bytes sind möglich. Diktieren Sie in "
    "Abschnitten.",
    "action_unknown": "Auf diese Aktion antwortet dieser Assistent nicht.",
    "action_not_offered": "Das bietet dieses Widget nicht an. Laden Sie den Chat neu, und versuchen Sie es noch "
    "einmal.",
    "action_invalid": "Das ist nicht möglich: {reason}.",
    "action_failed": "Der Assistent ist an dem gescheitert, was Sie angeklickt oder abgeschickt haben. Sie können es "
    "noch einmal tun; wer diesen Chat betreibt, findet den Grund im Protokoll.",
    "action_timeout": "Was Sie angeklickt oder abgeschickt haben, hat zu lange gedauert und wurde abgebrochen. Sie "
    "können es noch einmal tun.",
    "files_not_taken": "Dieser Assistent nimmt keine Dateien an.",
    "file_empty": "Die Datei ist leer.",
    "file_too_large": "Die Datei ist zu groß: höchstens {most} Bytes sind möglich.",
    "file_larger_than_announced": "Die Datei ist größer als angekündigt oder als möglich. Hängen Sie eine kleinere an.",
    "type_not_taken": "Dateien dieses Typs werden hier nicht angenommen. Angenommen werden: {types}.",
    "not_an_image": "Die Datei ist als Bild benannt, enthält aber keines. Hängen Sie das Bild selbst an.",
    "not_a_pdf": "Die Datei ist als PDF benannt, enthält aber keines. Hängen Sie das PDF selbst an.",
    "not_a_text": "Die Datei beginnt als Text, enthält aber auch anderes. Hängen Sie sie als das an, was sie ist.",
    "image_too_large": "Das Bild ist zu groß: höchstens {most} Millionen Pixel sind möglich.",
    "image_unreadable": "Das Bild ist nicht lesbar. Vielleicht ist es beschädigt: Speichern Sie es noch einmal, oder "
    "als PNG.",
    "image_not_made": "Was das Modell erzeugt hat, ist kein Bild, das sich anzeigen lässt.",
    "no_room_left": "Ihre Dateien haben ihren Platz aufgebraucht. Löschen Sie Chats mit Dateien, um Platz zu schaffen.",
    "no_room_left_here": "Für Dateien ist hier kein Platz mehr. Wenden Sie sich an den Betreiber dieses Chats.",
    "upload_stalled": "Das Hochladen stand zu lange still. Versuchen Sie es noch einmal.",
    "upload_broke_off": "Das Hochladen wurde abgebrochen. Versuchen Sie es noch einmal.",
    "file_uploaded_already": "Diese Datei wurde schon hochgeladen oder inzwischen gelöscht. Hängen Sie sie noch "
    "einmal an.",
    "file_not_uploaded": "Die Datei „{name}“ ist noch nicht hochgeladen. Warten Sie darauf, oder hängen Sie sie noch "
    "einmal an.",
    "file_of_another_chat": "Die Datei „{name}“ gehört zu einem anderen Chat. Hängen Sie sie noch einmal an.",
    "file_gone": "Der Inhalt dieser Datei ist nicht mehr vorhanden. Hängen Sie sie noch einmal an.",
    "file_link_expired": "Diese Datei gibt es nicht, oder der Link zu ihr ist abgelaufen. Laden Sie den Chat neu.",
    "storage_unavailable": "Der Dateispeicher ist gerade nicht zu erreichen. Versuchen Sie es gleich noch einmal.",
    "file_not_shown": "Der Assistent sieht {name} nicht: {reason}",
    "pictures_not_shown": "Der Assistent sieht die Bilder nicht: Dieses Modell nimmt keine Bilder an.",
    "reason_no_images": "Dieses Modell nimmt keine Bilder an.",
    "reason_too_many_images": "Nur die neuesten {most} Bilder werden ihm gezeigt.",
    "reason_no_picture": "Davon gibt es kein Bild.",
    "reason_too_much_text": "Die Dateien dieses Chats haben mehr Text als möglich.",
    "reason_no_text": "Daraus lässt sich kein Text lesen.",
    "reason_deleted": "Die Datei wurde gelöscht.",
    "reason_unreadable": "Die Datei ist gerade nicht lesbar.",
    "tools_unavailable": "Der Assistent kann jetzt nicht antworten, weil die Werkzeuge von {server} nicht verfügbar "
    "sind.",
    "tools_left_out": "Die Werkzeuge von {server} sind gerade nicht verfügbar. Der Assistent antwortet ohne sie.",
    "assistant_changed": "Dieser Assistent wurde geändert, während er auf Sie wartete. Er beginnt von vorn.",
    "answer_begins_again": "Dieser Assistent wurde geändert, während er antwortete. Er beginnt von vorn.",
    "workflow_failed": "Der Workflow dieses Assistenten ist fehlgeschlagen ({place}: {error}).",
    "workflow_endless": "Der Workflow dieses Assistenten dreht sich im Kreis ({place}).",
    "workflow_calls": "Der Workflow dieses Assistenten wurde nach {number} Modellaufrufen angehalten ({place}).",
    "step_uncertain": "Der Server wurde mitten in „{name}“ beendet, und es ist nicht bekannt, ob das noch "
    "ausgeführt wurde. Bitte prüfen Sie es, bevor Sie noch einmal darum bitten.",
    "workflow_only_sorted": "Das wurde als „{category}“ eingeordnet; weiter geschieht damit nichts.",
    "workflow_no_answer": "Der Workflow ist ohne Antwort zu Ende gegangen.",
    "guardrails_missing": "Dieser Assistent hat Schutzregeln, die hier nicht laufen können, und antwortet deshalb "
    "nicht. Wer diesen Chat betreibt, muss das Paket {package} installieren.",
    "guardrails_failed": "Die Schutzregeln dieses Assistenten konnten ihr Modell nicht fragen. Er antwortet deshalb "
    "nicht. Versuchen Sie es gleich noch einmal.",
    "export_user": "Sie",
    "export_sources": "Quellen",
    "export_untitled": "Chat ohne Titel",
}
