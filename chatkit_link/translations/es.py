"""Spanish."""

TEXTS = {
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
    "model_unknown_in_file": "El servidor del modelo no conoce el modelo {model}, que nombra el archivo de este "
    "asistente ({place}). Quien administra este chat debe poner otro allí.",
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
    "hosted_tools_unsupported": "Este asistente usa una herramienta que solo ejecuta la Responses API de OpenAI. "
    "Quien gestiona este chat debe quitar CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "El almacén vectorial en el que busca este asistente no existe. Quien gestiona "
    "este chat debe comprobar su identificador.",
    "file_unread": "Este asistente no puede leer archivos. Inicie un chat nuevo y pregunte sin archivo.",
    "mention_unread": "Este asistente no puede leer menciones con @. Inicie un chat nuevo y escriba el nombre sin "
    "ella.",
    "assistant_failed": "Este asistente falló mientras respondía. Inténtelo de nuevo; quien administra este chat "
    "encuentra la razón en el registro.",
    "assistant_stopped": "Este asistente se detuvo antes de que esta respuesta estuviera completa. Lo que había se "
    "conserva; inténtelo de nuevo.",
    "service_unreachable": "No se puede acceder a un servicio que este asistente necesita. Inténtelo de nuevo en unos "
    "instantes.",
    "service_timeout": "Un servicio que este asistente necesita tardó demasiado. Inténtelo de nuevo.",
    "data_unreadable": "Este asistente recibió datos que no puede leer. Inténtelo de nuevo; quien administra este chat "
    "encuentra la razón en el registro.",
    "task_failed_title": "{title}: falló",
    "task_failed": "Falló. El asistente está informado y puede continuar sin el resultado.",
    "task_uncertain_title": "{title}: incierto",
    "task_uncertain": "El servidor se reinició mientras tanto. Puede que se haya hecho o puede que no. "
    "El asistente está informado.",
    "task_may_be_done": "El servidor se reinició mientras tanto. Puede que se haya hecho o puede que no.",
    "task_timed_out": "Falló: tardó demasiado. El asistente está informado y puede continuar sin el resultado.",
    "task_unfinished": "Sin terminar.",
    "task_output_cut": "El resultado era demasiado largo: el asistente recibió {kept} de {total} caracteres.",
    "searched_nothing": "Búsqueda sin resultados",
    "searched_document": "1 documento consultado",
    "searched_documents": "{number} documentos consultados",
    "searched_page": "1 página consultada",
    "searched_pages": "{number} páginas consultadas",
    "search_failed": "La búsqueda ha fallado",
    "search_timeout": "La búsqueda ha tardado demasiado.",
    "signed_out": "Inicie sesión primero.",
    "sign_in_expired": "Su inicio de sesión ha caducado. Inicie sesión de nuevo.",
    "sign_in_unavailable": "Su inicio de sesión no se puede comprobar en este momento. Inténtelo de nuevo en unos "
    "segundos.",
    "session_expired": "Esta sesión ha caducado. Recargue la página para empezar una nueva.",
    "session_cancelled": "Esta sesión se canceló. Recargue la página para empezar una nueva.",
    "not_found": "No hay nada con ese identificador, o no es suyo.",
    "agent_not_found": "Ese asistente no existe en este servidor.",
    "agent_unavailable": "Este asistente no está disponible. Quien gestiona este chat tiene que repararlo.",
    "offline_model": "Responde el modelo sin conexión, que no es un modelo de lenguaje. Defina "
    "OPENAI_API_KEY para usar uno real.",
    "thread_not_found": "Ese chat no existe, o no es suyo. Puede que se haya eliminado.",
    "thread_out_of_reach": "Esta sesión no llega hasta ese chat. Empiece uno nuevo.",
    "item_not_found": "Ese elemento no existe en este chat. Puede que se haya eliminado o sustituido por un nuevo "
    "intento.",
    "item_unreadable": "Esta parte del chat no se puede mostrar.",
    "attachment_not_found": "Ese archivo adjunto no existe, o no es suyo. Adjunte el archivo de nuevo.",
    "document_not_found": "Ese documento no existe aquí.",
    "document_link_expired": "Este enlace ya no es válido. Pida de nuevo el documento al asistente.",
    "unavailable": "El servidor no puede responder en este momento. Inténtelo de nuevo en unos instantes.",
    "server_restarting": "El servidor se está reiniciando. Envíelo de nuevo en unos instantes.",
    "database_unavailable": "No se puede acceder a la base de datos en este momento. Inténtelo de nuevo en unos "
    "instantes.",
    "database_timeout": "La base de datos no respondió a tiempo. Inténtelo de nuevo en unos instantes.",
    "internal_error": "Algo salió mal en el servidor. Si continúa así, indique la solicitud {request_id}.",
    "rate_limited": "Demasiado en poco tiempo ({what}): el máximo es {most} por minuto. Inténtelo de nuevo en "
    "{seconds} s.",
    "network_rate_limited": "Demasiado en poco tiempo desde su red ({what}): el máximo es {most} por minuto. "
    "Inténtelo de nuevo en {seconds} s.",
    "user_crowded": "Se están atendiendo demasiadas de sus solicitudes. Espere a que termine una e inténtelo de nuevo.",
    "network_crowded": "Se están atendiendo demasiadas solicitudes de su red. Inténtelo de nuevo en {seconds} s.",
    "server_crowded": "El servidor está atendiendo demasiadas solicitudes. Inténtelo de nuevo en {seconds} s.",
    "counted_messages": "mensajes",
    "counted_uploads": "archivos",
    "counted_transcriptions": "grabaciones",
    "counted_refreshes": "actualizaciones",
    "counted_sessions": "sesiones nuevas",
    "counted_shares": "lecturas de chats compartidos",
    "session_files_used_up": "El máximo de archivos de esta sesión es {most}.",
    "too_many_answers": "Demasiadas respuestas a la vez: ya se están escribiendo {most} para usted. Espere a que "
    "termine una o detenga alguna.",
    "budget_used_up": "{budget} se ha agotado. Empieza de nuevo el {until:%d/%m/%Y} a las 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} se ha agotado con esta respuesta. Empieza de nuevo el {until:%d/%m/%Y} a "
    "las 00:00 UTC.",
    "budget_nearly_used_up": "{budget} está casi agotado: se ha gastado el {percent} %.",
    "budget_user_day": "Su presupuesto de hoy",
    "budget_user_month": "Su presupuesto de este mes",
    "budget_tenant_day": "El presupuesto de hoy",
    "budget_tenant_month": "El presupuesto de este mes",
    "message_edited": "Este mensaje se ha cambiado entretanto en otra ventana. Recargue el chat para verlo como está "
    "ahora.",
    "thread_busy": "Todavía se está escribiendo una respuesta en este chat. Espérela o deténgala primero.",
    "queue_full": "No cabe otro mensaje: pueden esperar {most} como máximo. Espere la respuesta o quite uno.",
    "message_not_queued": "Este mensaje ya no está en espera: se envió o se quitó.",
    "thread_locked": "Este chat está bloqueado{reason}. Por ahora no admite mensajes.",
    "thread_closed": "Este chat está cerrado{reason}. Empiece uno nuevo para continuar.",
    "thread_status_reason": ": {reason}",
    "message_empty": "El mensaje está vacío. Escriba algo o adjunte un archivo.",
    "message_too_long": "El mensaje tiene {length} caracteres; el máximo es {most}. Acórtelo o envíe el texto como "
    "archivo.",
    "message_too_many_files": "El máximo de archivos en un mensaje es {most}.",
    "body_too_large": "La solicitud es demasiado grande: el máximo es de {most} bytes.",
    "share_not_found": "No hay ningún chat tras este enlace. Puede haber caducado o haber sido retirado.",
    "shares_full": "Este chat ya tiene {most} enlaces. Retire primero uno.",
    "nothing_to_share": "Todavía no hay nada que compartir en este chat.",
    "sharing_off": "Compartir está desactivado en este servidor.",
    "title_empty": "Un chat necesita un título de al menos un carácter.",
    "title_too_long": "El título es demasiado largo: el máximo es de {most} caracteres.",
    "model_not_offered": "Este asistente no ofrece ese modelo.",
    "tool_not_offered": "Este asistente no ofrece esa herramienta.",
    "question_answered": "Esta pregunta ya se ha respondido.",
    "output_not_expected": "Ninguna llamada a una herramienta espera un resultado en este chat. Puede que ya lo haya "
    "recibido.",
    "answer_not_kept": "Esa respuesta terminó hace un rato y su desarrollo ya no se conserva. Recargue el chat.",
    "stop_failed": "La respuesta aún no se pudo detener. Inténtelo de nuevo en unos instantes.",
    "dictation_off": "Este asistente no admite dictado. Escriba el texto.",
    "dictation_failed": "El dictado no se pudo convertir en texto. Inténtelo de nuevo.",
    "recording_empty": "La grabación está vacía. Grabe de nuevo.",
    "recording_too_long": "La grabación es demasiado larga: el máximo es de {most} bytes. Dicte por partes.",
    "action_unknown": "Este asistente no responde a esa acción.",
    "action_not_offered": "Este widget no ofrece eso. Recargue el chat e inténtelo de nuevo.",
    "action_invalid": "Eso no es posible: {reason}.",
    "action_failed": "El asistente falló al hacer lo que pulsó o envió. Puede hacerlo de nuevo; quien administra "
    "este chat encuentra el motivo en el registro.",
    "action_timeout": "Lo que pulsó o envió tardó demasiado y se detuvo. Puede hacerlo de nuevo.",
    "files_not_taken": "Este asistente no admite archivos.",
    "file_empty": "El archivo está vacío.",
    "file_too_large": "El archivo es demasiado grande: el máximo es de {most} bytes.",
    "file_larger_than_announced": "El archivo es mayor de lo anunciado o de lo permitido. Adjunte uno más pequeño.",
    "type_not_taken": "Aquí no se aceptan archivos de este tipo. Se aceptan: {types}.",
    "not_an_image": "El archivo tiene nombre de imagen, pero su contenido no lo es. Adjunte la imagen misma.",
    "not_a_pdf": "El archivo tiene nombre de PDF, pero su contenido no lo es. Adjunte el PDF mismo.",
    "not_a_text": "El archivo empieza como texto, pero contiene otra cosa. Adjúntelo como lo que es.",
    "image_too_large": "La imagen es demasiado grande: el máximo es de {most} millones de píxeles.",
    "image_unreadable": "La imagen no se puede leer. Puede que esté dañada: guárdela de nuevo, o como PNG.",
    "image_not_made": "Lo que creó el modelo no es una imagen que se pueda mostrar.",
    "no_room_left": "Sus archivos han agotado su espacio. Elimine chats que los contengan para liberar espacio.",
    "no_room_left_here": "Aquí no queda espacio para archivos. Consulte a quien administra este chat.",
    "upload_stalled": "La subida estuvo detenida demasiado tiempo. Inténtelo de nuevo.",
    "upload_broke_off": "La subida se interrumpió. Inténtelo de nuevo.",
    "file_uploaded_already": "Este archivo ya se ha subido, o se eliminó entretanto. Adjúntelo de nuevo.",
    "file_not_uploaded": "El archivo «{name}» aún no se ha subido. Espere o adjúntelo de nuevo.",
    "file_of_another_chat": "El archivo «{name}» pertenece a otro chat. Adjúntelo de nuevo.",
    "file_gone": "El contenido de este archivo ya no existe. Adjúntelo de nuevo.",
    "file_link_expired": "Ese archivo no existe, o su enlace ha caducado. Recargue el chat para obtener uno nuevo.",
    "storage_unavailable": "No se puede acceder al almacén de archivos en este momento. Inténtelo de nuevo en unos "
    "instantes.",
    "file_not_shown": "El asistente no ve {name}: {reason}",
    "pictures_not_shown": "El asistente no ve las imágenes: este modelo no las admite.",
    "reason_no_images": "este modelo no admite imágenes.",
    "reason_too_many_images": "solo se le muestran las {most} imágenes más recientes.",
    "reason_no_picture": "no hay ninguna imagen de él.",
    "reason_too_much_text": "los archivos de este chat contienen demasiado texto.",
    "reason_no_text": "no se puede leer texto en él.",
    "reason_deleted": "se eliminó.",
    "reason_unreadable": "no se puede leer en este momento.",
    "tools_unavailable": "El asistente no puede responder ahora, porque las herramientas de {server} no están "
    "disponibles.",
    "tools_left_out": "Las herramientas de {server} no están disponibles ahora. El asistente responde sin ellas.",
    "assistant_changed": "Este asistente se modificó mientras le esperaba. Empieza de nuevo.",
    "answer_begins_again": "Este asistente se modificó mientras respondía. Empieza de nuevo.",
    "workflow_failed": "El flujo de trabajo de este asistente falló ({place}: {error}).",
    "workflow_endless": "El flujo de trabajo de este asistente da vueltas sin fin ({place}).",
    "workflow_calls": "El flujo de trabajo de este asistente se detuvo tras {number} llamadas al modelo ({place}).",
    "step_uncertain": "El servidor se detuvo en medio de «{name}» y no se sabe si llegó a hacerse. "
    "Compruébalo antes de volver a pedirlo.",
    "workflow_only_sorted": "Esto se clasificó como «{category}» y no se hace nada más con ello.",
    "workflow_no_answer": "El flujo de trabajo terminó sin una respuesta.",
    "guardrails_missing": "Este asistente tiene reglas de protección que no pueden ejecutarse aquí, por lo que no "
    "responde. Quien administra este chat debe instalar el paquete {package}.",
    "guardrails_failed": "Las reglas de protección de este asistente no pudieron consultar a su modelo, por lo que no "
    "responde. Inténtelo de nuevo en unos instantes.",
    "export_user": "Usted",
    "export_sources": "Fuentes",
    "export_untitled": "Chat sin título",
}
