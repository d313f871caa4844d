"""French."""

TEXTS = {
    "model_key_refused": "Le serveur du modèle n’a pas accepté la clé d’API. L’exploitant de ce chat doit vérifier "
    "OPENAI_API_KEY.",
    "model_not_allowed": "Le serveur du modèle n’autorise pas cette demande pour le compte de l’exploitant. "
    "L’exploitant de ce chat doit vérifier les droits du compte.",
    "model_unverified": "Le serveur du modèle exige que l’organisation de l’exploitant soit vérifiée avant de "
    "répondre. L’exploitant de ce chat doit la faire vérifier.",
    "model_region_blocked": "Le serveur du modèle ne dessert pas la région où ce chat fonctionne. L’exploitant de "
    "ce chat doit utiliser un autre serveur.",
    "model_unknown": "Le serveur du modèle ne connaît pas ce modèle ou cette adresse. L’exploitant de ce chat doit "
    "vérifier CHATKIT_LINK_MODEL et OPENAI_BASE_URL.",
    "model_unknown_in_file": "Le serveur du modèle ne connaît pas le modèle {model}, que nomme le fichier de cet "
    "assistant ({place}). L’exploitant de ce chat doit y mettre un autre modèle.",
    "model_misconfigured": "Le serveur du modèle est inutilisable tel qu’il est configuré. L’exploitant de ce chat "
    "doit vérifier OPENAI_API_KEY et OPENAI_BASE_URL.",
    "model_out_of_credit": "Le compte de l’exploitant auprès du serveur du modèle n’a plus de crédit. L’exploitant "
    "de ce chat doit vérifier sa facturation.",
    "model_busy": "Le serveur du modèle n’accepte plus de demandes pour l’instant. Réessayez dans un instant.",
    "model_busy_seconds": "Le serveur du modèle n’accepte plus de demandes pour l’instant. Réessayez dans environ "
    "{number} secondes.",
    "model_busy_minutes": "Le serveur du modèle n’accepte plus de demandes pour l’instant. Réessayez dans environ "
    "{number} minutes.",
    "model_timeout": "Le serveur du modèle a mis trop de temps à répondre. Réessayez.",
    "model_unreachable": "Le serveur du modèle est injoignable. Réessayez dans un instant.",
    "model_failed": "Le serveur du modèle a échoué pendant la réponse. Réessayez.",
    "file_search_timeout": "La recherche de fichiers du serveur du modèle a pris trop de temps. Réessayez.",
    "model_refused": "Le serveur du modèle a refusé la demande. Pour autant qu’on sache, votre message n’en est pas "
    "la cause. L’exploitant de ce chat trouve la réponse du serveur dans le journal.",
    "model_setting_refused": "Le modèle n’accepte pas un réglage de cet assistant. L’exploitant de ce chat trouve "
    "son nom dans le journal et doit le modifier.",
    "context_too_long": "Ce chat est trop long pour le modèle. Commencez un nouveau chat ou envoyez un message plus "
    "court.",
    "context_shortened": "Le début de ce chat n’a pas été pris en compte pour cette réponse : en entier, il "
    "est trop long pour le modèle.",
    "request_too_large": "Le serveur du modèle a refusé la demande parce qu’elle est trop volumineuse. Commencez un "
    "nouveau chat, ou envoyez moins de texte et des fichiers plus petits.",
    "prompt_blocked": "Le serveur du modèle ne répond pas à cela en raison de ses règles d’utilisation. Formulez "
    "votre message autrement ou posez une autre question.",
    "image_refused": "Le serveur du modèle ne peut pas utiliser une image de ce chat. Envoyez-la dans un autre "
    "format ou une autre taille, ou commencez un nouveau chat sans elle.",
    "image_blocked": "Le serveur du modèle n’accepte pas une image de ce chat en raison de ses règles "
    "d’utilisation. Commencez un nouveau chat sans elle.",
    "answer_cut": "La réponse s’arrête ici, car le modèle a atteint sa limite de jetons de sortie. Demandez-lui de "
    "continuer, ou demandez une réponse plus courte.",
    "answer_filtered": "La réponse s’arrête ici, car le filtre de contenu du serveur du modèle a retenu la suite. "
    "Posez la question autrement.",
    "answer_empty": "Le modèle s’est arrêté sans répondre. Réessayez.",
    "answer_disconnected": "La connexion au serveur du modèle a été interrompue avant que la réponse soit complète. "
    "Réessayez.",
    "answer_unreadable": "Ce que le serveur du modèle a envoyé n’est pas lisible comme réponse. Réessayez ; si cela "
    "se reproduit, l’exploitant de ce chat doit vérifier OPENAI_BASE_URL.",
    "answer_unusable": "Le modèle a donné une réponse que cet assistant ne peut pas utiliser. Réessayez.",
    "answer_declined": "Le modèle a refusé de répondre. Posez la question autrement.",
    "answer_interrupted": "Le serveur a redémarré avant que cette réponse soit complète. Ce qui était là est "
    "conservé ; réessayez.",
    "too_many_steps": "L’assistant a été arrêté parce qu’il lui fallait trop d’étapes. Demandez moins à la fois, ou "
    "autrement.",
    "question_blocked": "Cet assistant n’a pas le droit de répondre à cela.",
    "answer_blocked": "La réponse a été retenue par les règles de cet assistant.",
    "tool_blocked": "Les règles de cet assistant ont arrêté l’un de ses outils, et sans lui il n’y a pas de "
    "réponse. Posez la question autrement.",
    "tool_broke": "Un outil de cet assistant a échoué, et sans lui il n’y a pas de réponse. Réessayez ; "
    "l’exploitant de ce chat trouve la raison dans le journal.",
    "tool_timeout": "Un outil de cet assistant a mis trop de temps, et sans lui il n’y a pas de réponse. Réessayez.",
    "assistant_misconfigured": "Cet assistant n’est pas configuré correctement. L’exploitant de ce chat trouve la "
    "raison dans le journal.",
    "hosted_tools_unsupported": "Cet assistant utilise un outil que seule la Responses API d’OpenAI exécute. La "
    "personne qui gère ce chat doit retirer CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "Le magasin de vecteurs que cet assistant consulte n’existe pas. La personne qui "
    "gère ce chat doit vérifier son identifiant.",
    "file_unread": "Cet assistant ne peut pas lire de fichiers. Ouvrez une nouvelle discussion et posez la question "
    "sans fichier.",
    "mention_unread": "Cet assistant ne peut pas lire les mentions avec @. Ouvrez une nouvelle discussion et "
    "écrivez le nom sans mention.",
    "assistant_failed": "Cet assistant a échoué pendant la réponse. Réessayez ; l’exploitant de ce chat trouve la "
    "raison dans le journal.",
    "assistant_stopped": "Cet assistant s’est arrêté avant que cette réponse soit complète. Ce qui était là est "
    "conservé ; réessayez.",
    "service_unreachable": "Un service dont cet assistant a besoin est injoignable. Réessayez dans un instant.",
    "service_timeout": "Un service dont cet assistant a besoin a mis trop de temps. Réessayez.",
    "data_unreadable": "Cet assistant a reçu des données qu’il ne peut pas lire. Réessayez ; l’exploitant de ce "
    "chat trouve la raison dans le journal.",
    "task_failed_title": "{title} : échec",
    "task_failed": "Échec. L’assistant en est informé et peut continuer sans ce résultat.",
    "task_uncertain_title": "{title} : incertain",
    "task_uncertain": "Le serveur a redémarré entre-temps. Cela a peut-être été fait, ou non. "
    "L’assistant en est informé.",
    "task_may_be_done": "Le serveur a redémarré entre-temps. Cela a peut-être été fait, ou non.",
    "task_timed_out": "Échec : délai dépassé. L’assistant en est informé et peut continuer sans ce résultat.",
    "task_unfinished": "Inachevé.",
    "task_output_cut": "Le résultat était trop long : l’assistant a reçu {kept} caractères sur {total}.",
    "searched_nothing": "Recherche sans résultat",
    "searched_document": "1 document consulté",
    "searched_documents": "{number} documents consultés",
    "searched_page": "1 page consultée",
    "searched_pages": "{number} pages consultées",
    "search_failed": "La recherche a échoué",
    "search_timeout": "La recherche a pris trop de temps.",
    "signed_out": "Connectez-vous d’abord.",
    "sign_in_expired": "Votre connexion a expiré. Connectez-vous de nouveau.",
    "sign_in_unavailable": "Votre connexion ne peut pas être vérifiée pour le moment. Réessayez dans quelques "
    "secondes.",
    "session_expired": "Cette session a expiré. Rechargez la page pour en commencer une nouvelle.",
    "session_cancelled": "Cette session a été annulée. Rechargez la page pour en commencer une nouvelle.",
    "not_found": "Il n’y a rien sous cet identifiant, ou ce n’est pas à vous.",
    "agent_not_found": "Cet assistant n’existe pas sur ce serveur.",
    "agent_unavailable": "Cet assistant n’est pas disponible. La personne qui gère ce chat doit le réparer.",
    "offline_model": "C’est le modèle hors ligne qui répond, et ce n’est pas un modèle de langage. Définissez "
    "OPENAI_API_KEY pour en avoir un vrai.",
    "thread_not_found": "Ce chat n’existe pas, ou il n’est pas à vous. Il a peut-être été supprimé.",
    "thread_out_of_reach": "Cette session ne remonte pas jusqu’à ce chat. Commencez-en un nouveau.",
    "item_not_found": "Cet élément n’existe pas dans ce chat. Il a peut-être été supprimé ou remplacé par un nouvel "
    "essai.",
    "item_unreadable": "Cette partie du chat ne peut pas être affichée.",
    "attachment_not_found": "Cette pièce jointe n’existe pas, ou elle n’est pas à vous. Joignez de nouveau le fichier.",
    "document_not_found": "Ce document n’existe pas ici.",
    "document_link_expired": "Ce lien n’est plus valable. Demandez de nouveau le document à l’assistant.",
    "unavailable": "Le serveur ne peut pas répondre pour le moment. Réessayez dans un instant.",
    "server_restarting": "Le serveur redémarre. Renvoyez votre demande dans un instant.",
    "database_unavailable": "La base de données est injoignable pour le moment. Réessayez dans un instant.",
    "database_timeout": "La base de données n’a pas répondu à temps. Réessayez dans un instant.",
    "internal_error": "Un problème est survenu sur le serveur. S’il persiste, indiquez la requête {request_id}.",
    "rate_limited": "Trop de {what} : {most} par minute au plus. Réessayez dans {seconds} s.",
    "network_rate_limited": "Trop de {what} depuis votre réseau : {most} par minute au plus. Réessayez dans {seconds} "
    "s.",
    "user_crowded": "Trop de vos demandes sont en cours. Attendez que l’une d’elles se termine, puis réessayez.",
    "network_crowded": "Trop de demandes de votre réseau sont en cours. Réessayez dans {seconds} s.",
    "server_crowded": "Le serveur traite trop de demandes. Réessayez dans {seconds} s.",
    "counted_messages": "messages",
    "counted_uploads": "fichiers",
    "counted_transcriptions": "dictées",
    "counted_refreshes": "actualisations",
    "counted_sessions": "nouvelles sessions",
    "counted_shares": "lectures de chats partagés",
    "session_files_used_up": "Le nombre de fichiers de cette session est limité à {most}.",
    "too_many_answers": "Trop de réponses à la fois : {most} sont déjà en cours pour vous. Attendez que l’une se "
    "termine, ou arrêtez-en une.",
    "budget_used_up": "{budget} est épuisé. Il recommence le {until:%d/%m/%Y} à 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} est épuisé avec cette réponse. Il recommence le {until:%d/%m/%Y} à 00:00 "
    "UTC.",
    "budget_nearly_used_up": "{budget} est presque épuisé : {percent} % sont consommés.",
    "budget_user_day": "Votre budget d’aujourd’hui",
    "budget_user_month": "Votre budget de ce mois",
    "budget_tenant_day": "Le budget d’aujourd’hui",
    "budget_tenant_month": "Le budget de ce mois",
    "message_edited": "Ce message a été modifié entre-temps dans une autre fenêtre. Rechargez le chat pour le voir "
    "tel qu’il est maintenant.",
    "thread_busy": "Une réponse est encore en cours dans ce chat. Attendez-la, ou arrêtez-la d’abord.",
    "queue_full": "Il n’y a plus de place pour un autre message : {most} au maximum peuvent attendre. Attendez la "
    "réponse, ou retirez-en un.",
    "message_not_queued": "Ce message n’attend plus : il a été envoyé ou retiré.",
    "thread_locked": "Ce chat est verrouillé{reason}. Il n’accepte pas de messages pour le moment.",
    "thread_closed": "Ce chat est clos{reason}. Commencez-en un nouveau pour continuer.",
    "thread_status_reason": " : {reason}",
    "message_empty": "Le message est vide. Écrivez quelque chose ou joignez un fichier.",
    "message_too_long": "Le message compte {length} caractères ; la limite est de {most}. Raccourcissez-le, ou "
    "envoyez le texte dans un fichier.",
    "message_too_many_files": "Le nombre de fichiers par message est limité à {most}.",
    "body_too_large": "La demande est trop volumineuse : {most} octets au plus.",
    "share_not_found": "Il n’y a aucun chat derrière ce lien. Il a peut-être expiré ou été retiré.",
    "shares_full": "Ce chat a déjà {most} liens. Retirez-en d’abord un.",
    "nothing_to_share": "Il n’y a encore rien à partager dans ce chat.",
    "sharing_off": "Le partage est désactivé sur ce serveur.",
    "title_empty": "Un chat a besoin d’un titre d’au moins un caractère.",
    "title_too_long": "Le titre est trop long : {most} caractères au plus.",
    "model_not_offered": "Cet assistant ne propose pas ce modèle.",
    "tool_not_offered": "Cet assistant ne propose pas cet outil.",
    "question_answered": "Cette question a déjà reçu une réponse.",
    "output_not_expected": "Aucun appel d’outil n’attend de résultat dans ce chat. Il l’a peut-être déjà reçu.",
    "answer_not_kept": "Cette réponse est terminée depuis un moment, et son déroulement n’est plus conservé. "
    "Rechargez le chat.",
    "stop_failed": "La réponse n’a pas encore pu être arrêtée. Réessayez dans un instant.",
    "dictation_off": "Cet assistant n’accepte pas la dictée. Saisissez votre texte.",
    "dictation_failed": "La dictée n’a pas pu être transcrite. Réessayez.",
    "recording_empty": "L’enregistrement est vide. Recommencez.",
    "recording_too_long": "L’enregistrement est trop long : {most} octets au plus. Dictez en plusieurs fois.",
    "action_unknown": "Cet assistant ne répond pas à cette action.",
    "action_not_offered": "Ce widget ne propose pas cela. Rechargez le chat et réessayez.",
    "action_invalid": "C’est impossible : {reason}.",
    "action_failed": "L’assistant a échoué sur ce que vous avez cliqué ou envoyé. Vous pouvez recommencer ; "
    "l’exploitant de ce chat trouve la raison dans le journal.",
    "action_timeout": "Ce que vous avez cliqué ou envoyé a pris trop de temps et a été arrêté. Vous pouvez "
    "recommencer.",
    "files_not_taken": "Cet assistant n’accepte pas de fichiers.",
    "file_empty": "Le fichier est vide.",
    "file_too_large": "Le fichier est trop volumineux : {most} octets au plus.",
    "file_larger_than_announced": "Le fichier est plus volumineux qu’annoncé ou que permis. Joignez-en un plus petit.",
    "type_not_taken": "Les fichiers de ce type ne sont pas acceptés ici. Sont acceptés : {types}.",
    "not_an_image": "Le fichier porte le nom d’une image, mais n’en est pas une. Joignez l’image elle-même.",
    "not_a_pdf": "Le fichier porte le nom d’un PDF, mais n’en est pas un. Joignez le PDF lui-même.",
    "not_a_text": "Le fichier commence comme du texte, mais contient autre chose. Joignez-le sous son vrai type.",
    "image_too_large": "L’image est trop grande : {most} millions de pixels au plus.",
    "image_unreadable": "L’image est illisible. Elle est peut-être endommagée : enregistrez-la de nouveau, ou au "
    "format PNG.",
    "image_not_made": "Ce que le modèle a produit n’est pas une image affichable.",
    "no_room_left": "Vos fichiers ont utilisé tout leur espace. Supprimez des chats qui en contiennent pour faire de "
    "la place.",
    "no_room_left_here": "Il n’y a plus de place pour les fichiers ici. Adressez-vous à l’exploitant de ce chat.",
    "upload_stalled": "L’envoi est resté bloqué trop longtemps. Réessayez.",
    "upload_broke_off": "L’envoi a été interrompu. Réessayez.",
    "file_uploaded_already": "Ce fichier a déjà été envoyé, ou a été supprimé entre-temps. Joignez-le de nouveau.",
    "file_not_uploaded": "Le fichier « {name} » n’est pas encore envoyé. Attendez-le, ou joignez-le de nouveau.",
    "file_of_another_chat": "Le fichier « {name} » appartient à un autre chat. Joignez-le de nouveau.",
    "file_gone": "Le contenu de ce fichier n’existe plus. Joignez-le de nouveau.",
    "file_link_expired": "Ce fichier n’existe pas, ou son lien a expiré. Rechargez le chat pour en obtenir un nouveau.",
    "storage_unavailable": "Le stockage des fichiers est injoignable pour le moment. Réessayez dans un instant.",
    "file_not_shown": "L’assistant ne voit pas {name} : {reason}",
    "pictures_not_shown": "L’assistant ne voit pas les images : ce modèle n’en accepte pas.",
    "reason_no_images": "ce modèle n’accepte pas d’images.",
    "reason_too_many_images": "seules les {most} images les plus récentes lui sont montrées.",
    "reason_no_picture": "il n’en existe pas d’image.",
    "reason_too_much_text": "les fichiers de ce chat contiennent trop de texte.",
    "reason_no_text": "aucun texte ne peut en être lu.",
    "reason_deleted": "le fichier a été supprimé.",
    "reason_unreadable": "le fichier est illisible pour le moment.",
    "tools_unavailable": "L’assistant ne peut pas répondre maintenant, car les outils de {server} ne sont pas "
    "disponibles.",
    "tools_left_out": "Les outils de {server} ne sont pas disponibles pour le moment. L’assistant répond sans eux.",
    "assistant_changed": "Cet assistant a été modifié pendant qu’il vous attendait. Il recommence.",
    "answer_begins_again": "Cet assistant a été modifié pendant qu’il répondait. Il recommence.",
    "workflow_failed": "Le workflow de cet assistant a échoué ({place} : {error}).",
    "workflow_endless": "Le workflow de cet assistant tourne en rond ({place}).",
    "workflow_calls": "Le workflow de cet assistant a été arrêté après {number} appels au modèle ({place}).",
    "step_uncertain": "Le serveur s’est arrêté pendant « {name} », et on ne sait pas si cela a été fait. "
    "Veuillez vérifier avant de le demander à nouveau.",
    "workflow_only_sorted": "Ce message a été classé comme « {category} », et rien de plus n'en est fait.",
    "workflow_no_answer": "Le workflow s'est terminé sans réponse.",
    "guardrails_missing": "Cet assistant a des garde-fous qui ne peuvent pas fonctionner ici, et ne répond donc pas. "
    "L’exploitant de ce chat doit installer le paquet {package}.",
    "guardrails_failed": "Les garde-fous de cet assistant n’ont pas pu interroger leur modèle. Il ne répond donc pas. "
    "Réessayez dans un instant.",
    "export_user": "Vous",
    "export_sources": "Sources citées",
    "export_untitled": "Discussion sans titre",
}
