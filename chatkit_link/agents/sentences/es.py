"""Spanish."""

SENTENCES = {
    "model_key_refused": "El servidor del modelo no aceptó la clave de API. Quien administra este chat debe revisar "
    "OPENAI_API_KEY.",
    "model_not_allowed": "El servidor del modelo no permite esta solicitud para la cuenta de quien administra este "
    "chat, que debe revisar los permisos de la cuenta.",
    "model_unverified": "El servidor del modelo exige que la organización de quien administra este chat esté "
    "verificada. Quien administra este chat debe verificarla.",
    "model_region_blocked": "El servidor del modelo no atiende la región en la que funciona este chat. Quien "
    "administra este chat debe usar otro servidor.",
    "model_unknown": "El servidor del modelo no conoce este modelo o esta dirección. Quien administra este chat debe "
    "revisar CHATKIT_LINK_MODEL y OPENAI_BASE_URL.",
    "model_misconfigured": "El servidor del modelo no se puede usar tal como está configurado. Quien administra este "
    "chat debe revisar OPENAI_API_KEY y OPENAI_BASE_URL.",
    "model_out_of_credit": "La cuenta de quien administra este chat en el servidor del modelo se quedó sin crédito. "
    "Quien administra este chat debe revisar la facturación.",
    "model_busy": "El servidor del modelo no acepta más solicitudes en este momento. Inténtelo de nuevo en unos "
    "instantes.",
    "model_busy_seconds": "El servidor del modelo no acepta más solicitudes en este momento. Inténtelo de nuevo en "
    "unos {number} segundos.",
    "model_busy_minutes": "El servidor del modelo no acepta más solicitudes en este momento. Inténtelo de nuevo en "
    "unos {number} minutos.",
    "model_timeout": "El servidor del modelo tardó demasiado en responder. Inténtelo de nuevo.",
    "model_unreachable": "No se puede acceder al servidor del modelo. Inténtelo de nuevo en unos instantes.",
    "model_failed": "El servidor del modelo falló mientras respondía. Inténtelo de nuevo.",
    "file_search_timeout": "La búsqueda en archivos del servidor del modelo tardó demasiado. Inténtelo de nuevo.",
    "model_refused": "El servidor del modelo rechazó la solicitud. Por lo que se sabe, su mensaje no es la causa. "
    "Quien administra este chat encuentra la respuesta del servidor en el registro.",
    "model_setting_refused": "El modelo no acepta un ajuste de este asistente. Quien administra este chat encuentra su "
    "nombre en el registro y debe cambiarlo.",
    "context_too_long": "Este chat es demasiado largo para el modelo. Empiece un chat nuevo o envíe un mensaje más "
    "corto.",
    "context_shortened": "El principio de este chat no se tuvo en cuenta para esta respuesta: entero es "
    "demasiado largo para el modelo.",
    "request_too_large": "El servidor del modelo rechazó la solicitud porque es demasiado grande. Empiece un chat "
    "nuevo, o envíe menos texto y archivos más pequeños.",
    "prompt_blocked": "El servidor del modelo no responde a esto por sus reglas de uso. Escriba su mensaje de otra "
    "manera o pregunte otra cosa.",
    "image_refused": "El servidor del modelo no puede usar una imagen de este chat. Envíela en otro formato o tamaño, "
    "o empiece un chat nuevo sin ella.",
    "image_blocked": "El servidor del modelo no admite una imagen de este chat por sus reglas de uso. Empiece un chat "
    "nuevo sin ella.",
    "answer_cut": "La respuesta termina aquí porque el modelo alcanzó su límite de tokens de salida. Pídale que "
    "continúe o pida una respuesta más corta.",
    "answer_filtered": "La respuesta termina aquí porque el filtro de contenido del servidor del modelo retuvo el "
    "resto. Pregunte de otra manera.",
    "answer_empty": "El modelo terminó sin dar una respuesta. Inténtelo de nuevo.",
    "answer_disconnected": "La conexión con el servidor del modelo se interrumpió antes de que la respuesta estuviera "
    "completa. Inténtelo de nuevo.",
    "answer_unreadable": "Lo que envió el servidor del modelo no se puede leer como respuesta. Inténtelo de nuevo; si "
    "vuelve a ocurrir, quien administra este chat debe revisar OPENAI_BASE_URL.",
    "answer_unusable": "El modelo dio una respuesta que este asistente no puede usar. Inténtelo de nuevo.",
    "answer_declined": "El modelo se negó a responder. Pregunte de otra manera.",
    "answer_interrupted": "El servidor se reinició antes de que esta respuesta estuviera completa. Lo que había se "
    "conserva; inténtelo de nuevo.",
    "too_many_steps": "El asistente se detuvo porque necesitaba demasiados pasos. Pida menos de una vez o pregunte de "
    "otra manera.",
    "question_blocked": "Este asistente no puede responder a eso.",
    "answer_blocked": "La respuesta se retuvo según las reglas de este asistente.",
    "tool_blocked": "Las reglas de este asistente detuvieron una de sus herramientas, y sin ella no hay respuesta. "
    "Pregunte de otra manera.",
    "tool_broke": "Una herramienta de este asistente falló, y sin ella no hay respuesta. Inténtelo de nuevo; quien "
    "administra este chat encuentra la razón en el registro.",
    "tool_timeout": "Una herramienta de este asistente tardó demasiado, y sin ella no hay respuesta. Inténtelo de "
    "nuevo.",
    "assistant_misconfigured": "Este asistente no está bien configurado. Quien administra este chat encuentra la razón "
    "en el registro.",
    "assistant_failed": "Este asistente falló mientras respondía. Inténtelo de nuevo; quien administra este chat "
    "encuentra la razón en el registro.",
    "service_unreachable": "No se puede acceder a un servicio que este asistente necesita. Inténtelo de nuevo en unos "
    "instantes.",
    "service_timeout": "Un servicio que este asistente necesita tardó demasiado. Inténtelo de nuevo.",
    "data_unreadable": "Este asistente recibió datos que no puede leer. Inténtelo de nuevo; quien administra este chat "
    "encuentra la razón en el registro.",
    "task_failed_title": "{title}: falló",
    "task_failed": "Falló. El asistente está informado y puede continuar sin el resultado.",
    "task_timed_out": "Falló: tardó demasiado. El asistente está informado y puede continuar sin el resultado.",
    "task_unfinished": "Sin terminar.",
    "task_output_cut": "El resultado era demasiado largo: el asistente recibió {kept} de {total} caracteres.",
}
