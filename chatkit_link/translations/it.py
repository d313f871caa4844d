"""Italian."""

TEXTS = {
    "model_key_refused": "Il server del modello non ha accettato la chiave API. Il gestore di questa chat deve "
    "controllare OPENAI_API_KEY.",
    "model_not_allowed": "Il server del modello non consente questa richiesta per l’account del gestore. Il gestore "
    "di questa chat deve controllare le autorizzazioni dell’account.",
    "model_unverified": "Il server del modello richiede che l’organizzazione del gestore sia verificata prima di "
    "rispondere. Il gestore di questa chat deve verificarla.",
    "model_region_blocked": "Il server del modello non è disponibile nell’area geografica di questa chat. Il gestore "
    "di questa chat deve usare un altro server.",
    "model_unknown": "Il server del modello non conosce questo modello o questo indirizzo. Il gestore di questa chat "
    "deve controllare CHATKIT_LINK_MODEL e OPENAI_BASE_URL.",
    "model_unknown_in_file": "Il server del modello non conosce il modello {model}, indicato nel file di questo "
    "assistente ({place}). Il gestore di questa chat deve metterne un altro.",
    "model_misconfigured": "Il server del modello non può essere usato con la configurazione attuale. Il gestore di "
    "questa chat deve controllare OPENAI_API_KEY e OPENAI_BASE_URL.",
    "model_out_of_credit": "L’account del gestore presso il server del modello ha esaurito il credito. Il gestore di "
    "questa chat deve controllare la fatturazione.",
    "model_busy": "Al momento il server del modello non accetta altre richieste. Riprova tra poco.",
    "model_busy_seconds": "Al momento il server del modello non accetta altre richieste. Riprova tra circa {number} "
    "secondi.",
    "model_busy_minutes": "Al momento il server del modello non accetta altre richieste. Riprova tra circa {number} "
    "minuti.",
    "model_timeout": "Il server del modello ha impiegato troppo tempo per rispondere. Riprova.",
    "model_unreachable": "Impossibile raggiungere il server del modello. Riprova tra poco.",
    "model_failed": "Il server del modello ha avuto un errore durante la risposta. Riprova.",
    "file_search_timeout": "La ricerca nei file del server del modello ha impiegato troppo tempo. Riprova.",
    "model_refused": "Il server del modello ha rifiutato la richiesta. Per quanto si sa, il motivo non è il tuo "
    "messaggio. Il gestore di questa chat trova la risposta del server nel log.",
    "model_setting_refused": "Il modello non accetta un’impostazione di questo assistente. Il gestore di questa chat "
    "ne trova il nome nel log e deve modificarla.",
    "context_too_long": "Questa chat è troppo lunga per il modello. Inizia una nuova chat o invia un messaggio più "
    "breve.",
    "context_shortened": "L’inizio di questa chat non è stato considerato per questa risposta: per intero è troppo "
    "lunga per il modello.",
    "request_too_large": "Il server del modello ha rifiutato la richiesta perché è troppo grande. Inizia una nuova "
    "chat, oppure invia meno testo e file più piccoli.",
    "prompt_blocked": "Il server del modello non risponde a questo a causa delle sue regole d’uso. Scrivi il "
    "messaggio in un altro modo o chiedi qualcos’altro.",
    "image_refused": "Il server del modello non può usare un’immagine di questa chat. Inviala in un altro formato o "
    "in un’altra dimensione, oppure inizia una nuova chat senza di essa.",
    "image_blocked": "Il server del modello non accetta un’immagine di questa chat a causa delle sue regole d’uso. "
    "Inizia una nuova chat senza di essa.",
    "answer_cut": "La risposta si ferma qui perché il modello ha raggiunto il limite di token in uscita. Chiedigli di "
    "continuare o chiedi una risposta più breve.",
    "answer_filtered": "La risposta si ferma qui perché il filtro dei contenuti del server del modello ha trattenuto "
    "il resto. Chiedi in un altro modo.",
    "answer_empty": "Il modello ha terminato senza rispondere. Riprova.",
    "answer_disconnected": "La connessione al server del modello si è interrotta prima che la risposta fosse "
    "completa. Riprova.",
    "answer_unreadable": "Quanto inviato dal server del modello non è leggibile come risposta. Riprova; se succede di "
    "nuovo, il gestore di questa chat deve controllare OPENAI_BASE_URL.",
    "answer_unusable": "Il modello ha dato una risposta che questo assistente non può usare. Riprova.",
    "answer_declined": "Il modello ha rifiutato di rispondere. Chiedi in un altro modo.",
    "answer_interrupted": "Il server è stato riavviato prima che questa risposta fosse completa. Ciò che era già "
    "arrivato è conservato; riprova.",
    "too_many_steps": "L’assistente è stato fermato perché gli servivano troppi passaggi. Chiedi meno cose alla volta "
    "o in un altro modo.",
    "question_blocked": "Questo assistente non può rispondere a questo.",
    "answer_blocked": "La risposta è stata trattenuta dalle regole di questo assistente.",
    "tool_blocked": "Le regole di questo assistente hanno fermato uno dei suoi strumenti, e senza di esso non c’è "
    "risposta. Chiedi in un altro modo.",
    "tool_broke": "Uno strumento di questo assistente non ha funzionato, e senza di esso non c’è risposta. Riprova; "
    "il gestore di questa chat trova il motivo nel log.",
    "tool_timeout": "Uno strumento di questo assistente ha impiegato troppo tempo, e senza di esso non c’è risposta. "
    "Riprova.",
    "assistant_misconfigured": "Questo assistente non è configurato correttamente. Il gestore di questa chat trova il "
    "motivo nel log.",
    "hosted_tools_unsupported": "Questo assistente usa uno strumento che solo la Responses API di OpenAI esegue. "
    "Chi gestisce questa chat deve togliere CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "L’archivio vettoriale in cui cerca questo assistente non esiste. Chi gestisce "
    "questa chat deve controllarne l’id.",
    "file_unread": "Questo assistente non può leggere file. Inizia una nuova chat e chiedi senza file.",
    "mention_unread": "Questo assistente non può leggere le menzioni con @. Inizia una nuova chat e scrivi il nome "
    "senza.",
    "assistant_failed": "Questo assistente ha avuto un errore durante la risposta. Riprova; il gestore di questa chat "
    "trova il motivo nel log.",
    "assistant_stopped": "Questo assistente si è arrestato prima che questa risposta fosse completa. Ciò che era già "
    "arrivato è conservato; riprova.",
    "service_unreachable": "Impossibile raggiungere un servizio necessario a questo assistente. Riprova tra poco.",
    "service_timeout": "Un servizio necessario a questo assistente ha impiegato troppo tempo. Riprova.",
    "data_unreadable": "Questo assistente ha ricevuto dati che non riesce a leggere. Riprova; il gestore di questa "
    "chat trova il motivo nel log.",
    "task_failed_title": "{title}: non riuscito",
    "task_failed": "Non riuscito. L’assistente ne è stato informato e può continuare senza.",
    "task_uncertain_title": "{title}: incerto",
    "task_uncertain": "Nel frattempo il server è stato riavviato. Potrebbe essere stato fatto oppure no. "
    "L’assistente ne è stato informato.",
    "task_may_be_done": "Nel frattempo il server è stato riavviato. Potrebbe essere stato fatto oppure no.",
    "task_timed_out": "Non riuscito: ci è voluto troppo tempo. L’assistente ne è stato informato e può continuare "
    "senza.",
    "task_unfinished": "Non completato.",
    "task_output_cut": "Il risultato era troppo lungo: l’assistente ha ricevuto {kept} caratteri su {total}.",
    "searched_nothing": "Ricerca senza risultati",
    "searched_document": "1 documento consultato",
    "searched_documents": "{number} documenti consultati",
    "searched_page": "1 pagina consultata",
    "searched_pages": "{number} pagine consultate",
    "search_failed": "La ricerca non è riuscita",
    "search_timeout": "La ricerca ha richiesto troppo tempo.",
    "signed_out": "Accedi prima di continuare.",
    "sign_in_expired": "Il tuo accesso è scaduto. Accedi di nuovo.",
    "sign_in_unavailable": "Al momento non è possibile verificare il tuo accesso. Riprova tra qualche secondo.",
    "session_expired": "Questa sessione è scaduta. Ricarica la pagina per iniziarne una nuova.",
    "session_cancelled": "Questa sessione è stata annullata. Ricarica la pagina per iniziarne una nuova.",
    "not_found": "Non c’è nulla con questo identificativo, oppure non è tuo.",
    "agent_not_found": "Questo assistente non esiste su questo server.",
    "agent_unavailable": "Questo assistente non è disponibile. Chi gestisce questa chat deve ripararlo.",
    "offline_model": "Risponde il modello offline, che non è un modello linguistico. Imposta "
    "OPENAI_API_KEY per usarne uno vero.",
    "thread_not_found": "Questa chat non esiste o non è tua. Potrebbe essere stata eliminata.",
    "thread_out_of_reach": "Questa sessione non arriva fino a quella chat. Iniziane una nuova.",
    "item_not_found": "Questo elemento non esiste in questa chat. Potrebbe essere stato eliminato o sostituito da un "
    "nuovo tentativo.",
    "item_unreadable": "Questa parte della chat non può essere visualizzata.",
    "attachment_not_found": "Questo allegato non esiste o non è tuo. Allega di nuovo il file.",
    "document_not_found": "Questo documento non esiste qui.",
    "document_link_expired": "Questo link non è più valido. Chiedi di nuovo il documento all’assistente.",
    "unavailable": "Al momento il server non può rispondere. Riprova tra poco.",
    "server_restarting": "Il server si sta riavviando. Invia di nuovo tra poco.",
    "database_unavailable": "Al momento il database non è raggiungibile. Riprova tra poco.",
    "database_timeout": "Il database non ha risposto in tempo. Riprova tra poco.",
    "internal_error": "Si è verificato un problema sul server. Se persiste, indica la richiesta {request_id}.",
    "rate_limited": "Troppi invii ({what}): al massimo {most} al minuto. Riprova tra {seconds} s.",
    "network_rate_limited": "Troppi invii dalla tua rete ({what}): al massimo {most} al minuto. Riprova tra {seconds} "
    "s.",
    "user_crowded": "Troppe tue richieste sono in corso. Attendi che una finisca e riprova.",
    "network_crowded": "Troppe richieste dalla tua rete sono in corso. Riprova tra {seconds} s.",
    "server_crowded": "Il server sta elaborando troppe richieste. Riprova tra {seconds} s.",
    "counted_messages": "messaggi",
    "counted_uploads": "file",
    "counted_transcriptions": "registrazioni",
    "counted_refreshes": "aggiornamenti",
    "counted_sessions": "nuove sessioni",
    "counted_shares": "letture di chat condivise",
    "session_files_used_up": "Questa sessione accetta al massimo {most} file.",
    "too_many_answers": "Troppe risposte contemporaneamente: {most} sono già in corso per te. Attendine una o "
    "interrompine una.",
    "budget_used_up": "{budget} è esaurito. Riparte il {until:%d/%m/%Y} alle 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} si è esaurito con questa risposta. Riparte il {until:%d/%m/%Y} alle 00:00 "
    "UTC.",
    "budget_nearly_used_up": "{budget} è quasi esaurito: ne è stato usato il {percent} %.",
    "budget_user_day": "Il tuo budget di oggi",
    "budget_user_month": "Il tuo budget di questo mese",
    "budget_tenant_day": "Il budget di oggi",
    "budget_tenant_month": "Il budget di questo mese",
    "message_edited": "Questo messaggio è stato modificato nel frattempo in un’altra finestra. Ricarica la chat per "
    "vederlo com’è ora.",
    "thread_busy": "In questa chat è ancora in corso una risposta. Attendila o interrompila prima.",
    "queue_full": "Non c’è posto per un altro messaggio: possono attenderne al massimo {most}. Attendi la risposta o "
    "rimuovine uno.",
    "message_not_queued": "Questo messaggio non è più in attesa: è stato inviato o rimosso.",
    "thread_locked": "Questa chat è bloccata{reason}. Per ora non accetta messaggi.",
    "thread_closed": "Questa chat è chiusa{reason}. Iniziane una nuova per continuare.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Il messaggio è vuoto: scrivi qualcosa o allega un file.",
    "message_too_long": "Il messaggio ha {length} caratteri; il massimo è {most}. Accorcialo o invia il testo come "
    "file.",
    "message_too_many_files": "Un messaggio può contenere al massimo {most} file.",
    "body_too_large": "La richiesta è troppo grande: il massimo è {most} byte.",
    "share_not_found": "Non c’è alcuna chat dietro questo link. Potrebbe essere scaduto o essere stato ritirato.",
    "shares_full": "Questa chat ha già {most} link. Ritirane prima uno.",
    "nothing_to_share": "In questa chat non c’è ancora nulla da condividere.",
    "sharing_off": "La condivisione è disattivata su questo server.",
    "title_empty": "Una chat ha bisogno di un titolo: scrivi almeno un carattere.",
    "title_too_long": "Il titolo è troppo lungo: al massimo {most} caratteri.",
    "model_not_offered": "Questo assistente non offre quel modello.",
    "tool_not_offered": "Questo assistente non offre quello strumento.",
    "question_answered": "Questa domanda ha già avuto risposta.",
    "output_not_expected": "In questa chat nessuno strumento è in attesa di un risultato. Potrebbe averlo già "
    "ricevuto.",
    "answer_not_kept": "Quella risposta è terminata da tempo e i suoi eventi non sono più conservati. Ricarica la "
    "chat.",
    "stop_failed": "Non è stato ancora possibile interrompere la risposta. Riprova tra poco.",
    "dictation_off": "Questo assistente non accetta la dettatura. Digita il testo.",
    "dictation_failed": "Impossibile trasformare la dettatura in testo. Riprova.",
    "recording_empty": "La registrazione è vuota. Registra di nuovo.",
    "recording_too_long": "La registrazione è troppo lunga: il massimo è {most} byte. Detta in più parti.",
    "action_unknown": "Questo assistente non risponde a quell’azione.",
    "action_not_offered": "Questo widget non lo offre. Ricarica la chat e riprova.",
    "action_invalid": "Non è possibile: {reason}.",
    "action_failed": "L’assistente non è riuscito a fare ciò che hai premuto o inviato. Puoi rifarlo; il gestore di "
    "questa chat trova il motivo nel registro.",
    "action_timeout": "Ciò che hai premuto o inviato ha richiesto troppo tempo ed è stato interrotto. Puoi rifarlo.",
    "files_not_taken": "Questo assistente non accetta file.",
    "file_empty": "Il file è vuoto.",
    "file_too_large": "Il file è troppo grande: il massimo è {most} byte.",
    "file_larger_than_announced": "Il file è più grande di quanto annunciato o consentito. Allegane uno più piccolo.",
    "type_not_taken": "I file di questo tipo non sono accettati qui. Sono accettati: {types}.",
    "not_an_image": "Il file è indicato come immagine, ma il contenuto non lo è. Allega l’immagine vera e propria.",
    "not_a_pdf": "Il file è indicato come PDF, ma il contenuto non lo è. Allega il PDF vero e proprio.",
    "not_a_text": "Il file inizia come testo, ma poi non lo è più. Allegalo per quello che è.",
    "image_too_large": "L’immagine è troppo grande: il massimo è {most} milioni di pixel.",
    "image_unreadable": "Impossibile leggere l’immagine. Potrebbe essere danneggiata: prova a salvarla di nuovo o "
    "come PNG.",
    "image_not_made": "Ciò che il modello ha creato non è un’immagine che si possa mostrare.",
    "no_room_left": "I tuoi file hanno esaurito lo spazio. Elimina chat con file per liberarne.",
    "no_room_left_here": "Qui non c’è più spazio per i file. Rivolgiti al gestore di questa chat.",
    "upload_stalled": "Il caricamento è rimasto fermo troppo a lungo. Riprova.",
    "upload_broke_off": "Il caricamento si è interrotto. Riprova.",
    "file_uploaded_already": "Questo file è già stato caricato o nel frattempo è stato eliminato. Allegalo di nuovo.",
    "file_not_uploaded": "Il file “{name}” non è ancora stato caricato. Attendi o allegalo di nuovo.",
    "file_of_another_chat": "Il file “{name}” appartiene a un’altra chat. Allegalo di nuovo.",
    "file_gone": "Il contenuto di questo file non esiste più. Allegalo di nuovo.",
    "file_link_expired": "Questo file non esiste, o il link è scaduto. Ricarica la chat per averne uno nuovo.",
    "storage_unavailable": "Al momento l’archivio dei file non è raggiungibile. Riprova tra poco.",
    "file_not_shown": "L’assistente non ha visto {name}: {reason}",
    "pictures_not_shown": "L’assistente non ha visto le immagini: questo modello non accetta immagini.",
    "reason_no_images": "questo modello non accetta immagini.",
    "reason_too_many_images": "vede solo le {most} immagini più recenti.",
    "reason_no_picture": "non ne esiste un’immagine.",
    "reason_too_much_text": "i file di questa chat contengono più testo di quanto ne entri.",
    "reason_no_text": "non se ne può leggere il testo.",
    "reason_deleted": "è stato eliminato.",
    "reason_unreadable": "al momento non può essere letto.",
    "tools_unavailable": "L’assistente ora non può rispondere perché gli strumenti di {server} non sono disponibili.",
    "tools_left_out": "Gli strumenti di {server} ora non sono disponibili, quindi l’assistente risponde senza.",
    "assistant_changed": "Questo assistente è stato modificato mentre ti aspettava, quindi ricomincia.",
    "answer_begins_again": "Questo assistente è stato modificato mentre rispondeva, quindi ricomincia.",
    "workflow_failed": "Il flusso di lavoro di questo assistente non è riuscito ({place}: {error}).",
    "workflow_endless": "Il flusso di lavoro di questo assistente gira a vuoto ({place}).",
    "workflow_calls": "Il flusso di lavoro di questo assistente è stato fermato dopo {number} chiamate al modello "
    "({place}).",
    "step_uncertain": "Il server si è fermato durante «{name}» e non si sa se l'operazione sia stata "
    "eseguita. Controlla prima di chiederla di nuovo.",
    "workflow_only_sorted": "È stato classificato come «{category}» e non succede altro.",
    "workflow_no_answer": "Il flusso di lavoro è terminato senza una risposta.",
    "guardrails_missing": "Questo assistente ha regole di protezione che qui non possono essere eseguite, quindi non "
    "risponde. Il gestore di questa chat deve installare il pacchetto {package}.",
    "guardrails_failed": "Le regole di protezione di questo assistente non hanno potuto interrogare il loro modello, "
    "quindi non risponde. Riprova tra poco.",
    "export_user": "Tu",
    "export_sources": "Fonti",
    "export_untitled": "Chat senza titolo",
}
