"""Polish."""

TEXTS = {
    "model_key_refused": "Serwer modelu nie przyjął klucza API. Operator tego czatu musi sprawdzić OPENAI_API_KEY.",
    "model_not_allowed": "Serwer modelu nie zezwala na to żądanie dla konta operatora. Operator tego czatu musi "
    "sprawdzić uprawnienia konta.",
    "model_unverified": "Serwer modelu odpowie dopiero po zweryfikowaniu organizacji operatora. Operator tego czatu "
    "musi ją zweryfikować.",
    "model_region_blocked": "Serwer modelu nie obsługuje regionu, w którym działa ten czat. Operator tego czatu musi "
    "użyć innego serwera.",
    "model_unknown": "Serwer modelu nie zna tego modelu lub tego adresu. Operator tego czatu musi sprawdzić "
    "CHATKIT_LINK_MODEL i OPENAI_BASE_URL.",
    "model_unknown_in_file": "Serwer modelu nie zna modelu {model}, który podaje plik tego asystenta ({place}). "
    "Operator tego czatu musi wpisać tam inny model.",
    "model_misconfigured": "Przy obecnych ustawieniach nie można używać serwera modelu. Operator tego czatu musi "
    "sprawdzić OPENAI_API_KEY i OPENAI_BASE_URL.",
    "model_out_of_credit": "Na koncie operatora na serwerze modelu skończyły się środki. Operator tego czatu musi "
    "sprawdzić rozliczenia.",
    "model_busy": "Serwer modelu nie przyjmuje teraz kolejnych żądań. Spróbuj ponownie za chwilę.",
    "model_busy_seconds": "Serwer modelu nie przyjmuje teraz kolejnych żądań. Spróbuj ponownie za około {number} s.",
    "model_busy_minutes": "Serwer modelu nie przyjmuje teraz kolejnych żądań. Spróbuj ponownie za około {number} min.",
    "model_timeout": "Serwer modelu zbyt długo nie odpowiadał. Spróbuj ponownie.",
    "model_unreachable": "Nie można połączyć się z serwerem modelu. Spróbuj ponownie za chwilę.",
    "model_failed": "Podczas odpowiedzi na serwerze modelu wystąpił błąd. Spróbuj ponownie.",
    "file_search_timeout": "Wyszukiwanie w plikach na serwerze modelu trwało zbyt długo. Spróbuj ponownie.",
    "model_refused": "Serwer modelu odrzucił żądanie. O ile wiadomo, przyczyną nie jest Twoja wiadomość. Operator "
    "tego czatu znajdzie odpowiedź serwera w dzienniku.",
    "model_setting_refused": "Model nie przyjmuje jednego z ustawień tego asystenta. Operator tego czatu znajdzie "
    "jego nazwę w dzienniku i musi je zmienić.",
    "context_too_long": "Ten czat jest za długi dla modelu. Rozpocznij nowy czat lub wyślij krótszą wiadomość.",
    "context_shortened": "Początek tego czatu pominięto w tej odpowiedzi: w całości jest za długi dla modelu.",
    "request_too_large": "Serwer modelu odrzucił żądanie, ponieważ jest za duże. Rozpocznij nowy czat albo wyślij "
    "mniej tekstu i mniejsze pliki.",
    "prompt_blocked": "Serwer modelu nie odpowiada na to ze względu na swoje zasady użytkowania. Sformułuj wiadomość "
    "inaczej lub zapytaj o coś innego.",
    "image_refused": "Serwer modelu nie może użyć obrazu z tego czatu. Wyślij go w innym formacie lub rozmiarze albo "
    "rozpocznij nowy czat bez niego.",
    "image_blocked": "Serwer modelu nie przyjmuje obrazu z tego czatu ze względu na swoje zasady użytkowania. "
    "Rozpocznij nowy czat bez niego.",
    "answer_cut": "Odpowiedź kończy się tutaj, ponieważ model osiągnął limit tokenów wyjściowych. Poproś o "
    "kontynuację lub o krótszą odpowiedź.",
    "answer_filtered": "Odpowiedź kończy się tutaj, ponieważ filtr treści serwera modelu zatrzymał resztę. Zapytaj "
    "inaczej.",
    "answer_empty": "Model zakończył pracę bez odpowiedzi. Spróbuj ponownie.",
    "answer_disconnected": "Połączenie z serwerem modelu zostało przerwane, zanim odpowiedź była pełna. Spróbuj "
    "ponownie.",
    "answer_unreadable": "Tego, co wysłał serwer modelu, nie można odczytać jako odpowiedzi. Spróbuj ponownie; jeśli "
    "to się powtórzy, operator tego czatu musi sprawdzić OPENAI_BASE_URL.",
    "answer_unusable": "Model dał odpowiedź, której ten asystent nie może użyć. Spróbuj ponownie.",
    "answer_declined": "Model odmówił odpowiedzi. Zapytaj inaczej.",
    "answer_interrupted": "Serwer uruchomiono ponownie, zanim ta odpowiedź była pełna. To, co już było, zachowano; "
    "spróbuj ponownie.",
    "too_many_steps": "Asystent został zatrzymany, ponieważ potrzebował zbyt wielu kroków. Poproś o mniej naraz lub "
    "zapytaj inaczej.",
    "question_blocked": "Ten asystent nie może na to odpowiadać.",
    "answer_blocked": "Odpowiedź została zatrzymana przez zasady tego asystenta.",
    "tool_blocked": "Zasady tego asystenta zatrzymały jedno z jego narzędzi, a bez niego nie ma odpowiedzi. Zapytaj "
    "inaczej.",
    "tool_broke": "W jednym z narzędzi tego asystenta wystąpił błąd, a bez niego nie ma odpowiedzi. Spróbuj ponownie; "
    "operator tego czatu znajdzie przyczynę w dzienniku.",
    "tool_timeout": "Jedno z narzędzi tego asystenta działało zbyt długo, a bez niego nie ma odpowiedzi. Spróbuj "
    "ponownie.",
    "assistant_misconfigured": "Ten asystent nie jest poprawnie skonfigurowany. Operator tego czatu znajdzie "
    "przyczynę w dzienniku.",
    "hosted_tools_unsupported": "Ten asystent używa narzędzia, które działa tylko w Responses API firmy OpenAI. "
    "Operator tego czatu musi usunąć CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "Magazyn wektorów, w którym szuka ten asystent, nie istnieje. Operator tego "
    "czatu musi sprawdzić jego identyfikator.",
    "file_unread": "Ten asystent nie potrafi czytać plików. Rozpocznij nowy czat i zapytaj bez pliku.",
    "mention_unread": "Ten asystent nie potrafi czytać wzmianek z @. Rozpocznij nowy czat i napisz nazwę bez wzmianki.",
    "assistant_failed": "Podczas odpowiedzi u tego asystenta wystąpił błąd. Spróbuj ponownie; operator tego czatu "
    "znajdzie przyczynę w dzienniku.",
    "assistant_stopped": "Ten asystent przestał działać, zanim ta odpowiedź była pełna. To, co już było, zachowano; "
    "spróbuj ponownie.",
    "service_unreachable": "Nie można połączyć się z usługą, której potrzebuje ten asystent. Spróbuj ponownie za "
    "chwilę.",
    "service_timeout": "Usługa, której potrzebuje ten asystent, działała zbyt długo. Spróbuj ponownie.",
    "data_unreadable": "Ten asystent otrzymał dane, których nie może odczytać. Spróbuj ponownie; operator tego czatu "
    "znajdzie przyczynę w dzienniku.",
    "task_failed_title": "{title}: błąd",
    "task_failed": "Nie powiodło się. Asystent o tym wie i może kontynuować bez wyniku.",
    "task_uncertain_title": "{title}: nie wiadomo",
    "task_uncertain": "W międzyczasie serwer został uruchomiony ponownie. Mogło to zostać wykonane lub "
    "nie. Asystent o tym wie.",
    "task_may_be_done": "W międzyczasie serwer został uruchomiony ponownie. Mogło to zostać wykonane lub nie.",
    "task_timed_out": "Nie powiodło się: trwało to zbyt długo. Asystent o tym wie i może kontynuować bez wyniku.",
    "task_unfinished": "Nie ukończono.",
    "task_output_cut": "Wynik był za długi: asystent otrzymał {kept} z {total} znaków.",
    "searched_nothing": "Wyszukiwanie bez wyników",
    "searched_document": "Przeszukane dokumenty: 1",
    "searched_documents": "Przeszukane dokumenty: {number}",
    "searched_page": "Przeszukane strony: 1",
    "searched_pages": "Przeszukane strony: {number}",
    "search_failed": "Wyszukiwanie nie powiodło się",
    "search_timeout": "Wyszukiwanie trwało zbyt długo.",
    "signed_out": "Najpierw się zaloguj.",
    "sign_in_expired": "Logowanie wygasło. Zaloguj się ponownie.",
    "sign_in_unavailable": "Nie można teraz sprawdzić Twojego logowania. Spróbuj ponownie za kilka sekund.",
    "session_expired": "Ta sesja wygasła. Odśwież stronę, aby rozpocząć nową.",
    "session_cancelled": "Ta sesja została anulowana. Odśwież stronę, aby rozpocząć nową.",
    "not_found": "Nie ma nic o tym identyfikatorze lub nie należy to do Ciebie.",
    "agent_not_found": "Na tym serwerze nie ma takiego asystenta.",
    "agent_unavailable": "Ten asystent jest niedostępny. Musi go naprawić operator tego czatu.",
    "offline_model": "Odpowiada model offline, który nie jest modelem językowym. Ustaw "
    "OPENAI_API_KEY, aby odpowiadał prawdziwy.",
    "thread_not_found": "Takiego czatu nie ma lub nie należy do Ciebie. Mógł zostać usunięty.",
    "thread_out_of_reach": "Ta sesja nie obejmuje tamtego czatu. Rozpocznij nowy.",
    "item_not_found": "W tym czacie nie ma takiego elementu. Mógł zostać usunięty lub zastąpiony przy ponownej próbie.",
    "item_unreadable": "Tej części czatu nie można wyświetlić.",
    "attachment_not_found": "Takiego załącznika nie ma lub nie należy do Ciebie. Załącz plik ponownie.",
    "document_not_found": "Tego dokumentu tutaj nie ma.",
    "document_link_expired": "Ten link jest już nieważny. Poproś asystenta ponownie o dokument.",
    "unavailable": "Serwer nie może teraz odpowiedzieć. Spróbuj ponownie za chwilę.",
    "server_restarting": "Serwer uruchamia się ponownie. Wyślij to jeszcze raz za chwilę.",
    "database_unavailable": "Baza danych jest teraz niedostępna. Spróbuj ponownie za chwilę.",
    "database_timeout": "Baza danych nie odpowiedziała na czas. Spróbuj ponownie za chwilę.",
    "internal_error": "Na serwerze wystąpił błąd. Jeśli się powtarza, podaj numer żądania {request_id}.",
    "rate_limited": "Zbyt wiele {what}: najwyżej {most} na minutę. Spróbuj ponownie za {seconds} s.",
    "network_rate_limited": "Zbyt wiele {what} z Twojej sieci: najwyżej {most} na minutę. Spróbuj ponownie za "
    "{seconds} s.",
    "user_crowded": "Zbyt wiele Twoich żądań jest w toku. Poczekaj, aż jedno się zakończy, i spróbuj ponownie.",
    "network_crowded": "Zbyt wiele żądań z Twojej sieci jest w toku. Spróbuj ponownie za {seconds} s.",
    "server_crowded": "Serwer obsługuje zbyt wiele żądań. Spróbuj ponownie za {seconds} s.",
    "counted_messages": "wiadomości",
    "counted_uploads": "plików",
    "counted_transcriptions": "nagrań",
    "counted_refreshes": "odświeżeń",
    "counted_sessions": "nowych sesji",
    "counted_shares": "odczyty udostępnionych czatów",
    "session_files_used_up": "Największa liczba plików w tej sesji: {most}.",
    "too_many_answers": "Zbyt wiele odpowiedzi naraz: już powstaje dla Ciebie {most}. Poczekaj na jedną z nich lub ją "
    "zatrzymaj.",
    "budget_used_up": "{budget} został wyczerpany. Odnowi się {until:%d.%m.%Y} o 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} został wyczerpany tą odpowiedzią. Odnowi się {until:%d.%m.%Y} o 00:00 UTC.",
    "budget_nearly_used_up": "{budget} jest prawie wyczerpany: wykorzystano {percent} %.",
    "budget_user_day": "Twój limit na dziś",
    "budget_user_month": "Twój limit na ten miesiąc",
    "budget_tenant_day": "Wspólny limit na dziś",
    "budget_tenant_month": "Wspólny limit na ten miesiąc",
    "message_edited": "Ta wiadomość została w międzyczasie zmieniona w innym oknie. Odśwież czat, aby zobaczyć jej "
    "obecną wersję.",
    "thread_busy": "W tym czacie wciąż powstaje odpowiedź. Poczekaj na nią lub najpierw ją zatrzymaj.",
    "queue_full": "Nie ma miejsca na kolejną wiadomość: może czekać najwyżej {most}. Poczekaj na odpowiedź lub usuń "
    "jedną.",
    "message_not_queued": "Ta wiadomość już nie czeka: została wysłana lub usunięta.",
    "thread_locked": "Ten czat jest zablokowany{reason}. Na razie nie przyjmuje wiadomości.",
    "thread_closed": "Ten czat jest zamknięty{reason}. Aby kontynuować, rozpocznij nowy.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Wiadomość jest pusta: napisz coś lub załącz plik.",
    "message_too_long": "Liczba znaków w wiadomości: {length}, dozwolone jest najwyżej {most}. Skróć ją lub wyślij "
    "tekst jako plik.",
    "message_too_many_files": "Największa liczba plików w jednej wiadomości: {most}.",
    "body_too_large": "Żądanie jest za duże: dozwolone jest najwyżej {most} B.",
    "share_not_found": "Pod tym linkiem nie ma czatu. Link mógł wygasnąć lub zostać wycofany.",
    "shares_full": "Ten czat ma już {most} linków. Najpierw wycofaj jeden.",
    "nothing_to_share": "W tym czacie nie ma jeszcze nic do udostępnienia.",
    "sharing_off": "Udostępnianie jest na tym serwerze wyłączone.",
    "title_empty": "Czat potrzebuje tytułu: wpisz co najmniej jeden znak.",
    "title_too_long": "Tytuł jest za długi: największa liczba znaków to {most}.",
    "model_not_offered": "Ten asystent nie oferuje tego modelu.",
    "tool_not_offered": "Ten asystent nie oferuje tego narzędzia.",
    "question_answered": "Na to pytanie już udzielono odpowiedzi.",
    "output_not_expected": "W tym czacie żadne narzędzie nie czeka na wynik. Być może już go otrzymało.",
    "answer_not_kept": "Ta odpowiedź zakończyła się jakiś czas temu i jej przebieg nie jest już przechowywany. "
    "Odśwież czat.",
    "stop_failed": "Nie udało się jeszcze zatrzymać odpowiedzi. Spróbuj ponownie za chwilę.",
    "dictation_off": "Ten asystent nie przyjmuje dyktowania. Wpisz tekst.",
    "dictation_failed": "Nie udało się zamienić dyktowania na tekst. Spróbuj ponownie.",
    "recording_empty": "Nagranie jest puste. Nagraj ponownie.",
    "recording_too_long": "Nagranie jest za długie: dozwolone jest najwyżej {most} B. Dyktuj fragmentami.",
    "action_unknown": "Ten asystent nie odpowiada na to działanie.",
    "action_not_offered": "Ten widżet tego nie oferuje. Odśwież czat i spróbuj ponownie.",
    "action_invalid": "Nie można tego zrobić: {reason}.",
    "action_failed": "Asystent nie zdołał wykonać tego, co zostało kliknięte lub wysłane. Możesz zrobić to ponownie; "
    "operator tego czatu znajdzie przyczynę w dzienniku.",
    "action_timeout": "To, co zostało kliknięte lub wysłane, trwało zbyt długo i zostało zatrzymane. Możesz zrobić "
    "to ponownie.",
    "files_not_taken": "Ten asystent nie przyjmuje plików.",
    "file_empty": "Plik jest pusty.",
    "file_too_large": "Plik jest za duży: dozwolone jest najwyżej {most} B.",
    "file_larger_than_announced": "Plik jest większy, niż podano lub niż jest to dozwolone. Załącz mniejszy.",
    "type_not_taken": "Pliki tego typu nie są tutaj przyjmowane. Przyjmowane są: {types}.",
    "not_an_image": "Plik jest nazwany obrazem, ale jego zawartość nim nie jest. Załącz sam obraz.",
    "not_a_pdf": "Plik jest nazwany PDF-em, ale jego zawartość nim nie jest. Załącz sam plik PDF.",
    "not_a_text": "Plik zaczyna się jak tekst, ale dalej nim nie jest. Załącz go jako to, czym jest.",
    "image_too_large": "Obraz jest za duży: dozwolone jest najwyżej {most} mln pikseli.",
    "image_unreadable": "Nie można odczytać obrazu. Może być uszkodzony: zapisz go ponownie lub jako PNG.",
    "image_not_made": "To, co utworzył model, nie jest obrazem, który można wyświetlić.",
    "no_room_left": "Skończyło się miejsce na Twoje pliki. Usuń czaty z plikami, aby zwolnić miejsce.",
    "no_room_left_here": "Nie ma tu już miejsca na pliki. Skontaktuj się z operatorem tego czatu.",
    "upload_stalled": "Przesyłanie zbyt długo stało w miejscu. Spróbuj ponownie.",
    "upload_broke_off": "Przesyłanie zostało przerwane. Spróbuj ponownie.",
    "file_uploaded_already": "Ten plik już przesłano lub w międzyczasie usunięto. Załącz go ponownie.",
    "file_not_uploaded": "Plik „{name}” nie został jeszcze przesłany. Poczekaj lub załącz go ponownie.",
    "file_of_another_chat": "Plik „{name}” należy do innego czatu. Załącz go ponownie.",
    "file_gone": "Zawartość tego pliku już nie istnieje. Załącz go ponownie.",
    "file_link_expired": "Takiego pliku nie ma lub link do niego wygasł. Odśwież czat, aby uzyskać nowy.",
    "storage_unavailable": "Magazyn plików jest teraz niedostępny. Spróbuj ponownie za chwilę.",
    "file_not_shown": "Asystent nie widzi pliku {name}: {reason}",
    "pictures_not_shown": "Asystent nie widzi obrazów: ten model ich nie przyjmuje.",
    "reason_no_images": "ten model nie przyjmuje obrazów.",
    "reason_too_many_images": "widzi tylko najnowsze obrazy, najwyżej {most}.",
    "reason_no_picture": "nie ma jego obrazu.",
    "reason_too_much_text": "w plikach tego czatu jest za dużo tekstu.",
    "reason_no_text": "nie można odczytać z niego tekstu.",
    "reason_deleted": "został usunięty.",
    "reason_unreadable": "nie można go teraz odczytać.",
    "tools_unavailable": "Asystent nie może teraz odpowiedzieć, ponieważ narzędzia {server} są niedostępne.",
    "tools_left_out": "Narzędzia {server} są teraz niedostępne, więc asystent odpowiada bez nich.",
    "assistant_changed": "Ten asystent został zmieniony, gdy czekał na Ciebie, więc zaczyna od nowa.",
    "answer_begins_again": "Ten asystent został zmieniony, gdy odpowiadał, więc zaczyna od nowa.",
    "workflow_failed": "Przepływ pracy tego asystenta nie powiódł się ({place}: {error}).",
    "workflow_endless": "Przepływ pracy tego asystenta się zapętlił ({place}).",
    "workflow_calls": "Przepływ pracy tego asystenta zatrzymano po {number} wywołaniach modelu ({place}).",
    "step_uncertain": "Serwer zatrzymał się w trakcie „{name}” i nie wiadomo, czy to zostało wykonane. "
    "Sprawdź, zanim poprosisz o to ponownie.",
    "workflow_only_sorted": "Przypisano to do kategorii „{category}” i nic więcej się z tym nie dzieje.",
    "workflow_no_answer": "Przepływ pracy zakończył się bez odpowiedzi.",
    "guardrails_missing": "Ten asystent ma reguły ochronne, których nie można tu uruchomić, więc nie odpowiada. "
    "Operator tego czatu musi zainstalować pakiet {package}.",
    "guardrails_failed": "Reguły ochronne tego asystenta nie mogły zapytać swojego modelu, więc asystent nie "
    "odpowiada. Spróbuj ponownie za chwilę.",
    "export_user": "Ty",
    "export_sources": "Źródła",
    "export_untitled": "Czat",
}
