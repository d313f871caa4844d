"""Dutch."""

TEXTS = {
    "model_key_refused": "De server van het model heeft de API-sleutel niet geaccepteerd. De beheerder van deze chat "
    "moet OPENAI_API_KEY controleren.",
    "model_not_allowed": "De server van het model staat dit verzoek niet toe voor het account van de beheerder. De "
    "beheerder van deze chat moet de rechten van het account controleren.",
    "model_unverified": "De server van het model antwoordt pas als de organisatie van de beheerder is geverifieerd. "
    "De beheerder van deze chat moet die verifiëren.",
    "model_region_blocked": "De server van het model is niet beschikbaar in de regio waarin deze chat draait. De "
    "beheerder van deze chat moet een andere server gebruiken.",
    "model_unknown": "De server van het model kent dit model of dit adres niet. De beheerder van deze chat moet "
    "CHATKIT_LINK_MODEL en OPENAI_BASE_URL controleren.",
    "model_unknown_in_file": "De server van het model kent het model {model} niet, dat in het bestand van deze "
    "assistent staat ({place}). De beheerder van deze chat moet daar een ander model invullen.",
    "model_misconfigured": "Met de huidige instellingen kan de server van het model niet worden gebruikt. De "
    "beheerder van deze chat moet OPENAI_API_KEY en OPENAI_BASE_URL controleren.",
    "model_out_of_credit": "Het account van de beheerder bij de server van het model heeft geen tegoed meer. De "
    "beheerder van deze chat moet de facturering controleren.",
    "model_busy": "De server van het model accepteert nu geen verzoeken meer. Probeer het zo meteen opnieuw.",
    "model_busy_seconds": "De server van het model accepteert nu geen verzoeken meer. Probeer het over ongeveer "
    "{number} seconden opnieuw.",
    "model_busy_minutes": "De server van het model accepteert nu geen verzoeken meer. Probeer het over ongeveer "
    "{number} minuten opnieuw.",
    "model_timeout": "De server van het model deed te lang over het antwoord. Probeer het opnieuw.",
    "model_unreachable": "De server van het model is niet bereikbaar. Probeer het zo meteen opnieuw.",
    "model_failed": "Er ging iets mis op de server van het model tijdens het antwoorden. Probeer het opnieuw.",
    "file_search_timeout": "Het zoeken in bestanden op de server van het model duurde te lang. Probeer het opnieuw.",
    "model_refused": "De server van het model heeft het verzoek geweigerd. Voor zover bekend ligt dat niet aan je "
    "bericht. De beheerder van deze chat vindt het antwoord van de server in het logboek.",
    "model_setting_refused": "Het model accepteert een instelling van deze assistent niet. De beheerder van deze chat "
    "vindt de naam ervan in het logboek en moet de instelling wijzigen.",
    "context_too_long": "Deze chat is te lang voor het model. Begin een nieuwe chat of verzend een korter bericht.",
    "context_shortened": "Het begin van deze chat is bij dit antwoord weggelaten: in zijn geheel is de chat te lang "
    "voor het model.",
    "request_too_large": "De server van het model heeft het verzoek geweigerd omdat het te groot is. Begin een nieuwe "
    "chat, of verzend minder tekst en kleinere bestanden.",
    "prompt_blocked": "De server van het model antwoordt hier niet op vanwege zijn gebruiksregels. Schrijf je bericht "
    "anders of vraag iets anders.",
    "image_refused": "De server van het model kan een afbeelding in deze chat niet gebruiken. Verzend die in een "
    "andere indeling of een ander formaat, of begin een nieuwe chat zonder die afbeelding.",
    "image_blocked": "De server van het model accepteert een afbeelding in deze chat niet vanwege zijn "
    "gebruiksregels. Begin een nieuwe chat zonder die afbeelding.",
    "answer_cut": "Het antwoord stopt hier omdat het model zijn limiet voor uitvoertokens heeft bereikt. Vraag om "
    "verder te gaan of om een korter antwoord.",
    "answer_filtered": "Het antwoord stopt hier omdat het inhoudsfilter van de server van het model de rest heeft "
    "tegengehouden. Stel je vraag anders.",
    "answer_empty": "Het model is gestopt zonder antwoord. Probeer het opnieuw.",
    "answer_disconnected": "De verbinding met de server van het model is verbroken voordat het antwoord compleet was. "
    "Probeer het opnieuw.",
    "answer_unreadable": "Wat de server van het model stuurde, is niet als antwoord te lezen. Probeer het opnieuw; "
    "als het weer gebeurt, moet de beheerder van deze chat OPENAI_BASE_URL controleren.",
    "answer_unusable": "Het model gaf een antwoord dat deze assistent niet kan gebruiken. Probeer het opnieuw.",
    "answer_declined": "Het model wilde niet antwoorden. Stel je vraag anders.",
    "answer_interrupted": "De server is opnieuw gestart voordat dit antwoord compleet was. Wat er al was, is bewaard; "
    "probeer het opnieuw.",
    "too_many_steps": "De assistent is gestopt omdat er te veel stappen nodig waren. Vraag minder tegelijk of op een "
    "andere manier.",
    "question_blocked": "Deze assistent mag daar niet op antwoorden.",
    "answer_blocked": "Het antwoord is tegengehouden door de regels van deze assistent.",
    "tool_blocked": "De regels van deze assistent hebben een van zijn tools gestopt, en zonder die tool is er geen "
    "antwoord. Stel je vraag anders.",
    "tool_broke": "Een tool van deze assistent is mislukt, en zonder die tool is er geen antwoord. Probeer het "
    "opnieuw; de beheerder van deze chat vindt de reden in het logboek.",
    "tool_timeout": "Een tool van deze assistent deed er te lang over, en zonder die tool is er geen antwoord. "
    "Probeer het opnieuw.",
    "assistant_misconfigured": "Deze assistent is niet goed ingesteld. De beheerder van deze chat vindt de reden in "
    "het logboek.",
    "hosted_tools_unsupported": "Deze assistent gebruikt een hulpmiddel dat alleen de Responses API van OpenAI "
    "uitvoert. De beheerder van deze chat moet CHATKIT_LINK_OPENAI_API verwijderen.",
    "vector_store_missing": "De vectoropslag die deze assistent doorzoekt bestaat niet. De beheerder van "
    "deze chat moet de id controleren.",
    "file_unread": "Deze assistent kan geen bestanden lezen. Begin een nieuwe chat en stel de vraag zonder bestand.",
    "mention_unread": "Deze assistent kan vermeldingen met @ niet lezen. Begin een nieuwe chat en schrijf de naam "
    "zonder.",
    "assistant_failed": "Er ging iets mis bij deze assistent tijdens het antwoorden. Probeer het opnieuw; de "
    "beheerder van deze chat vindt de reden in het logboek.",
    "assistant_stopped": "Deze assistent is gestopt voordat dit antwoord compleet was. Wat er al was, is bewaard; "
    "probeer het opnieuw.",
    "service_unreachable": "Een dienst die deze assistent nodig heeft, is niet bereikbaar. Probeer het zo meteen "
    "opnieuw.",
    "service_timeout": "Een dienst die deze assistent nodig heeft, deed er te lang over. Probeer het opnieuw.",
    "data_unreadable": "Deze assistent heeft gegevens ontvangen die niet te lezen zijn. Probeer het opnieuw; de "
    "beheerder van deze chat vindt de reden in het logboek.",
    "task_failed_title": "{title}: mislukt",
    "task_failed": "Mislukt. De assistent weet dit en kan zonder het resultaat verder.",
    "task_uncertain_title": "{title}: onzeker",
    "task_uncertain": "De server is intussen opnieuw gestart. Dit is misschien wel en misschien niet "
    "gebeurd. De assistent weet dit.",
    "task_may_be_done": "De server is intussen opnieuw gestart. Dit is misschien wel en misschien niet gebeurd.",
    "task_timed_out": "Mislukt: het duurde te lang. De assistent weet dit en kan zonder het resultaat verder.",
    "task_unfinished": "Niet voltooid.",
    "task_output_cut": "Het resultaat was te lang: de assistent heeft {kept} van de {total} tekens ontvangen.",
    "searched_nothing": "Gezocht en niets gevonden",
    "searched_document": "1 document doorzocht",
    "searched_documents": "{number} documenten doorzocht",
    "searched_page": "1 pagina doorzocht",
    "searched_pages": "{number} pagina’s doorzocht",
    "search_failed": "Het zoeken is mislukt",
    "search_timeout": "Het zoeken duurde te lang.",
    "signed_out": "Log eerst in.",
    "sign_in_expired": "Je aanmelding is verlopen. Log opnieuw in.",
    "sign_in_unavailable": "Je aanmelding kan nu niet worden gecontroleerd. Probeer het over een paar seconden "
    "opnieuw.",
    "session_expired": "Deze sessie is verlopen. Laad de pagina opnieuw om een nieuwe te beginnen.",
    "session_cancelled": "Deze sessie is geannuleerd. Laad de pagina opnieuw om een nieuwe te beginnen.",
    "not_found": "Er is niets met deze id, of het is niet van jou.",
    "agent_not_found": "Deze assistent bestaat niet op deze server.",
    "agent_unavailable": "Deze assistent is niet beschikbaar. De beheerder van deze chat moet hem herstellen.",
    "offline_model": "Het offlinemodel antwoordt, en dat is geen taalmodel. Stel "
    "OPENAI_API_KEY in voor een echt model.",
    "thread_not_found": "Deze chat bestaat niet of is niet van jou. Misschien is hij verwijderd.",
    "thread_out_of_reach": "Die chat is vanuit deze sessie niet bereikbaar. Begin een nieuwe.",
    "item_not_found": "Dit onderdeel bestaat niet in deze chat. Misschien is het verwijderd of vervangen door een "
    "nieuwe poging.",
    "item_unreadable": "Dit deel van de chat kan niet worden weergegeven.",
    "attachment_not_found": "Deze bijlage bestaat niet of is niet van jou. Voeg het bestand opnieuw bij.",
    "document_not_found": "Dit document bestaat hier niet.",
    "document_link_expired": "Deze link is niet meer geldig. Vraag de assistent opnieuw om het document.",
    "unavailable": "De server kan nu niet antwoorden. Probeer het zo meteen opnieuw.",
    "server_restarting": "De server wordt opnieuw gestart. Verzend het zo meteen opnieuw.",
    "database_unavailable": "De database is nu niet bereikbaar. Probeer het zo meteen opnieuw.",
    "database_timeout": "De database antwoordde niet op tijd. Probeer het zo meteen opnieuw.",
    "internal_error": "Er is iets misgegaan op de server. Als het zo blijft, noem dan verzoek {request_id}.",
    "rate_limited": "Te veel {what}: maximaal {most} per minuut. Probeer het over {seconds} s opnieuw.",
    "network_rate_limited": "Te veel {what} vanaf jouw netwerk: maximaal {most} per minuut. Probeer het over "
    "{seconds} s opnieuw.",
    "user_crowded": "Er wordt al aan te veel van je verzoeken gewerkt. Wacht tot er een klaar is en probeer het "
    "opnieuw.",
    "network_crowded": "Er wordt al aan te veel verzoeken vanaf jouw netwerk gewerkt. Probeer het over {seconds} s "
    "opnieuw.",
    "server_crowded": "De server werkt aan te veel verzoeken. Probeer het over {seconds} s opnieuw.",
    "counted_messages": "berichten",
    "counted_uploads": "bestanden",
    "counted_transcriptions": "opnamen",
    "counted_refreshes": "verversingen",
    "counted_sessions": "nieuwe sessies",
    "counted_shares": "keren lezen van gedeelde chats",
    "session_files_used_up": "Het maximale aantal bestanden voor deze sessie is {most}.",
    "too_many_answers": "Te veel antwoorden tegelijk: er wordt voor jou al aan {most} gewerkt. Wacht op een ervan of "
    "stop er een.",
    "budget_used_up": "{budget} is op. Het begint opnieuw op {until:%d-%m-%Y} om 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} is met dit antwoord op. Het begint opnieuw op {until:%d-%m-%Y} om 00:00 UTC.",
    "budget_nearly_used_up": "{budget} is bijna op: {percent} % is verbruikt.",
    "budget_user_day": "Je budget voor vandaag",
    "budget_user_month": "Je budget voor deze maand",
    "budget_tenant_day": "Het budget voor vandaag",
    "budget_tenant_month": "Het budget voor deze maand",
    "message_edited": "Dit bericht is intussen in een ander venster gewijzigd. Laad de chat opnieuw om te zien hoe "
    "het nu is.",
    "thread_busy": "In deze chat wordt nog aan een antwoord gewerkt. Wacht erop of stop het eerst.",
    "queue_full": "Er is geen plaats voor nog een bericht: er kunnen er hoogstens {most} wachten. Wacht op het "
    "antwoord of verwijder er een.",
    "message_not_queued": "Dit bericht wacht niet meer: het is verzonden of verwijderd.",
    "thread_locked": "Deze chat is vergrendeld{reason}. Hij accepteert voorlopig geen berichten.",
    "thread_closed": "Deze chat is gesloten{reason}. Begin een nieuwe om verder te gaan.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Het bericht is leeg: schrijf iets of voeg een bestand bij.",
    "message_too_long": "Het bericht heeft {length} tekens; het maximum is {most}. Maak het korter of verzend de "
    "tekst als bestand.",
    "message_too_many_files": "Het maximale aantal bestanden in één bericht is {most}.",
    "body_too_large": "Het verzoek is te groot: het maximum is {most} bytes.",
    "share_not_found": "Achter deze link is geen chat. Hij is misschien verlopen of ingetrokken.",
    "shares_full": "Deze chat heeft al {most} links. Trek er eerst een in.",
    "nothing_to_share": "In deze chat is nog niets om te delen.",
    "sharing_off": "Delen is op deze server uitgeschakeld.",
    "title_empty": "Een chat heeft een titel nodig: typ minstens één teken.",
    "title_too_long": "De titel is te lang: het maximum is {most} tekens.",
    "model_not_offered": "Deze assistent biedt dat model niet aan.",
    "tool_not_offered": "Deze assistent biedt die tool niet aan.",
    "question_answered": "Deze vraag is al beantwoord.",
    "output_not_expected": "In deze chat wacht geen tool op een resultaat. Misschien is het al ontvangen.",
    "answer_not_kept": "Dat antwoord is al een tijd klaar en het verloop ervan wordt niet meer bewaard. Laad de chat "
    "opnieuw.",
    "stop_failed": "Het antwoord kon nog niet worden gestopt. Probeer het zo meteen opnieuw.",
    "dictation_off": "Deze assistent accepteert geen dictaat. Typ in plaats daarvan.",
    "dictation_failed": "Het dictaat kon niet in tekst worden omgezet. Probeer het opnieuw.",
    "recording_empty": "De opname is leeg. Neem opnieuw op.",
    "recording_too_long": "De opname is te lang: het maximum is {most} bytes. Dicteer in delen.",
    "action_unknown": "Deze assistent reageert niet op die actie.",
    "action_not_offered": "Deze widget biedt dat niet aan. Laad de chat opnieuw en probeer het nog eens.",
    "action_invalid": "Dat kan niet: {reason}.",
    "action_failed": "De assistent is vastgelopen op wat u hebt aangeklikt of verzonden. U kunt het opnieuw doen; de "
    "beheerder van deze chat vindt de reden in het logboek.",
    "action_timeout": "Wat u hebt aangeklikt of verzonden duurde te lang en is gestopt. U kunt het opnieuw doen.",
    "files_not_taken": "Deze assistent accepteert geen bestanden.",
    "file_empty": "Het bestand is leeg.",
    "file_too_large": "Het bestand is te groot: het maximum is {most} bytes.",
    "file_larger_than_announced": "Het bestand is groter dan aangekondigd of toegestaan. Voeg een kleiner bestand bij.",
    "type_not_taken": "Bestanden van dit type worden hier niet geaccepteerd. Wel geaccepteerd: {types}.",
    "not_an_image": "Het bestand heet een afbeelding, maar de inhoud is dat niet. Voeg de afbeelding zelf bij.",
    "not_a_pdf": "Het bestand heet een pdf, maar de inhoud is dat niet. Voeg de pdf zelf bij.",
    "not_a_text": "Het bestand begint als tekst, maar is dat verderop niet. Voeg het bij als wat het is.",
    "image_too_large": "De afbeelding is te groot: het maximum is {most} miljoen pixels.",
    "image_unreadable": "De afbeelding kan niet worden gelezen. Misschien is ze beschadigd: sla haar opnieuw op, of "
    "als PNG.",
    "image_not_made": "Wat het model heeft gemaakt, is geen afbeelding die kan worden getoond.",
    "no_room_left": "De ruimte voor je bestanden is op. Verwijder chats met bestanden om ruimte te maken.",
    "no_room_left_here": "Er is hier geen ruimte meer voor bestanden. Neem contact op met de beheerder van deze chat.",
    "upload_stalled": "Het uploaden heeft te lang stilgestaan. Probeer het opnieuw.",
    "upload_broke_off": "Het uploaden is afgebroken. Probeer het opnieuw.",
    "file_uploaded_already": "Dit bestand is al geüpload of intussen verwijderd. Voeg het opnieuw bij.",
    "file_not_uploaded": "Het bestand ‘{name}’ is nog niet geüpload. Wacht erop of voeg het opnieuw bij.",
    "file_of_another_chat": "Het bestand ‘{name}’ hoort bij een andere chat. Voeg het opnieuw bij.",
    "file_gone": "De inhoud van dit bestand bestaat niet meer. Voeg het opnieuw bij.",
    "file_link_expired": "Dit bestand bestaat niet, of de link ernaar is verlopen. Laad de chat opnieuw voor een "
    "nieuwe link.",
    "storage_unavailable": "De bestandsopslag is nu niet bereikbaar. Probeer het zo meteen opnieuw.",
    "file_not_shown": "De assistent heeft {name} niet gezien: {reason}",
    "pictures_not_shown": "De assistent heeft de afbeeldingen niet gezien: dit model accepteert geen afbeeldingen.",
    "reason_no_images": "dit model accepteert geen afbeeldingen.",
    "reason_too_many_images": "alleen de nieuwste {most} afbeeldingen worden getoond.",
    "reason_no_picture": "er is geen afbeelding van.",
    "reason_too_much_text": "de bestanden van deze chat bevatten meer tekst dan past.",
    "reason_no_text": "er kan geen tekst uit worden gelezen.",
    "reason_deleted": "het is verwijderd.",
    "reason_unreadable": "het kan nu niet worden gelezen.",
    "tools_unavailable": "De assistent kan nu niet antwoorden, omdat de tools van {server} niet beschikbaar zijn.",
    "tools_left_out": "De tools van {server} zijn nu niet beschikbaar, dus de assistent antwoordt zonder die tools.",
    "assistant_changed": "Deze assistent is gewijzigd terwijl hij op je wachtte, en begint daarom opnieuw.",
    "answer_begins_again": "Deze assistent is gewijzigd terwijl hij antwoordde, en begint daarom opnieuw.",
    "workflow_failed": "De workflow van deze assistent is mislukt ({place}: {error}).",
    "workflow_endless": "De workflow van deze assistent draait in een kringetje rond ({place}).",
    "workflow_calls": "De workflow van deze assistent is gestopt na {number} modelaanroepen ({place}).",
    "step_uncertain": "De server stopte midden in ‘{name}’, en het is niet bekend of dat is uitgevoerd. "
    "Controleer dit voordat je er opnieuw om vraagt.",
    "workflow_only_sorted": "Dit is ingedeeld als ‘{category}’; verder gebeurt er niets mee.",
    "workflow_no_answer": "De workflow is zonder antwoord geëindigd.",
    "guardrails_missing": "Deze assistent heeft beschermingsregels die hier niet kunnen draaien, en antwoordt daarom "
    "niet. De beheerder van deze chat moet het pakket {package} installeren.",
    "guardrails_failed": "De beschermingsregels van deze assistent konden hun model niet raadplegen, daarom antwoordt "
    "hij niet. Probeer het zo meteen opnieuw.",
    "export_user": "U",
    "export_sources": "Bronnen",
    "export_untitled": "Chat zonder titel",
}
