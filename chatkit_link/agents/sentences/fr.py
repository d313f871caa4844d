"""French."""

SENTENCES = {
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
    "assistant_failed": "Cet assistant a échoué pendant la réponse. Réessayez ; l’exploitant de ce chat trouve la "
    "raison dans le journal.",
    "service_unreachable": "Un service dont cet assistant a besoin est injoignable. Réessayez dans un instant.",
    "service_timeout": "Un service dont cet assistant a besoin a mis trop de temps. Réessayez.",
    "data_unreadable": "Cet assistant a reçu des données qu’il ne peut pas lire. Réessayez ; l’exploitant de ce "
    "chat trouve la raison dans le journal.",
    "task_failed_title": "{title} : échec",
    "task_failed": "Échec. L’assistant en est informé et peut continuer sans ce résultat.",
    "task_timed_out": "Échec : délai dépassé. L’assistant en est informé et peut continuer sans ce résultat.",
    "task_unfinished": "Inachevé.",
    "task_output_cut": "Le résultat était trop long : l’assistant a reçu {kept} caractères sur {total}.",
}
