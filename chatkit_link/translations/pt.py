"""Portuguese."""

TEXTS = {
    "model_key_refused": "O servidor do modelo não aceitou a chave de API. O operador deste chat precisa verificar "
    "OPENAI_API_KEY.",
    "model_not_allowed": "O servidor do modelo não permite esta solicitação para a conta do operador. O operador "
    "deste chat precisa verificar as permissões da conta.",
    "model_unverified": "O servidor do modelo exige que a organização do operador seja verificada antes de responder. "
    "O operador deste chat precisa verificá-la.",
    "model_region_blocked": "O servidor do modelo não atende a região em que este chat é executado. O operador deste "
    "chat precisa usar outro servidor.",
    "model_unknown": "O servidor do modelo não conhece este modelo ou este endereço. O operador deste chat precisa "
    "verificar CHATKIT_LINK_MODEL e OPENAI_BASE_URL.",
    "model_unknown_in_file": "O servidor do modelo não conhece o modelo {model}, indicado no arquivo deste assistente "
    "({place}). O operador deste chat precisa colocar outro no lugar.",
    "model_misconfigured": "Não é possível usar o servidor do modelo com a configuração atual. O operador deste chat "
    "precisa verificar OPENAI_API_KEY e OPENAI_BASE_URL.",
    "model_out_of_credit": "A conta do operador no servidor do modelo está sem crédito. O operador deste chat precisa "
    "verificar o faturamento.",
    "model_busy": "O servidor do modelo não aceita mais solicitações no momento. Tente novamente em instantes.",
    "model_busy_seconds": "O servidor do modelo não aceita mais solicitações no momento. Tente novamente em cerca de "
    "{number} segundos.",
    "model_busy_minutes": "O servidor do modelo não aceita mais solicitações no momento. Tente novamente em cerca de "
    "{number} minutos.",
    "model_timeout": "O servidor do modelo demorou demais para responder. Tente novamente.",
    "model_unreachable": "Não foi possível acessar o servidor do modelo. Tente novamente em instantes.",
    "model_failed": "O servidor do modelo falhou durante a resposta. Tente novamente.",
    "file_search_timeout": "A busca de arquivos do servidor do modelo demorou demais. Tente novamente.",
    "model_refused": "O servidor do modelo recusou a solicitação. Até onde se sabe, sua mensagem não é o motivo. O "
    "operador deste chat encontra a resposta do servidor no log.",
    "model_setting_refused": "O modelo não aceita uma configuração deste assistente. O operador deste chat encontra o "
    "nome dela no log e precisa alterá-la.",
    "context_too_long": "Este chat é longo demais para o modelo. Inicie um novo chat ou envie uma mensagem mais curta.",
    "context_shortened": "O início deste chat ficou fora desta resposta: o chat inteiro é longo demais para o modelo.",
    "request_too_large": "O servidor do modelo recusou a solicitação porque ela é grande demais. Inicie um novo chat "
    "ou envie menos texto e arquivos menores.",
    "prompt_blocked": "O servidor do modelo não responde a isso por causa de suas regras de uso. Escreva a mensagem "
    "de outra forma ou pergunte outra coisa.",
    "image_refused": "O servidor do modelo não consegue usar uma imagem deste chat. Envie-a em outro formato ou "
    "tamanho, ou inicie um novo chat sem ela.",
    "image_blocked": "O servidor do modelo não aceita uma imagem deste chat por causa de suas regras de uso. Inicie "
    "um novo chat sem ela.",
    "answer_cut": "A resposta termina aqui porque o modelo atingiu seu limite de tokens de saída. Peça para ele "
    "continuar ou peça uma resposta mais curta.",
    "answer_filtered": "A resposta termina aqui porque o filtro de conteúdo do servidor do modelo reteve o restante. "
    "Pergunte de outra forma.",
    "answer_empty": "O modelo terminou sem responder. Tente novamente.",
    "answer_disconnected": "A conexão com o servidor do modelo caiu antes de a resposta ficar completa. Tente "
    "novamente.",
    "answer_unreadable": "Não foi possível ler como resposta o que o servidor do modelo enviou. Tente novamente; se "
    "acontecer outra vez, o operador deste chat precisa verificar OPENAI_BASE_URL.",
    "answer_unusable": "O modelo deu uma resposta que este assistente não pode usar. Tente novamente.",
    "answer_declined": "O modelo se recusou a responder. Pergunte de outra forma.",
    "answer_interrupted": "O servidor foi reiniciado antes de esta resposta ficar completa. O que já havia foi "
    "mantido; tente novamente.",
    "too_many_steps": "O assistente foi interrompido porque precisou de etapas demais. Peça menos de uma vez ou de "
    "outra forma.",
    "question_blocked": "Este assistente não pode responder a isso.",
    "answer_blocked": "A resposta foi retida pelas regras deste assistente.",
    "tool_blocked": "As regras deste assistente bloquearam uma de suas ferramentas, e sem ela não há resposta. "
    "Pergunte de outra forma.",
    "tool_broke": "Uma ferramenta deste assistente falhou, e sem ela não há resposta. Tente novamente; o operador "
    "deste chat encontra o motivo no log.",
    "tool_timeout": "Uma ferramenta deste assistente demorou demais, e sem ela não há resposta. Tente novamente.",
    "assistant_misconfigured": "Este assistente não está configurado corretamente. O operador deste chat encontra o "
    "motivo no log.",
    "hosted_tools_unsupported": "Este assistente usa uma ferramenta que só a Responses API da OpenAI executa. "
    "Quem opera este chat precisa remover CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "O armazenamento vetorial em que este assistente busca não existe. Quem opera "
    "este chat precisa verificar o id.",
    "file_unread": "Este assistente não consegue ler arquivos. Inicie uma nova conversa e pergunte sem arquivo.",
    "mention_unread": "Este assistente não consegue ler menções com @. Inicie uma nova conversa e escreva o nome "
    "sem ela.",
    "assistant_failed": "Este assistente falhou durante a resposta. Tente novamente; o operador deste chat encontra o "
    "motivo no log.",
    "assistant_stopped": "Este assistente parou antes de esta resposta ficar completa. O que já havia foi mantido; "
    "tente novamente.",
    "service_unreachable": "Não foi possível acessar um serviço de que este assistente precisa. Tente novamente em "
    "instantes.",
    "service_timeout": "Um serviço de que este assistente precisa demorou demais. Tente novamente.",
    "data_unreadable": "Este assistente recebeu dados que não consegue ler. Tente novamente; o operador deste chat "
    "encontra o motivo no log.",
    "task_failed_title": "{title}: falhou",
    "task_failed": "Falhou. O assistente foi informado e pode continuar sem isso.",
    "task_uncertain_title": "{title}: incerto",
    "task_uncertain": "O servidor foi reiniciado enquanto isso. Isto pode ou não ter sido feito. O "
    "assistente foi informado.",
    "task_may_be_done": "O servidor foi reiniciado enquanto isso. Isto pode ou não ter sido feito.",
    "task_timed_out": "Falhou: demorou demais. O assistente foi informado e pode continuar sem isso.",
    "task_unfinished": "Não concluído.",
    "task_output_cut": "O resultado era longo demais: o assistente recebeu {kept} de {total} caracteres.",
    "searched_nothing": "Pesquisa sem resultados",
    "searched_document": "1 documento consultado",
    "searched_documents": "{number} documentos consultados",
    "searched_page": "1 página consultada",
    "searched_pages": "{number} páginas consultadas",
    "search_failed": "A pesquisa falhou",
    "search_timeout": "A pesquisa demorou demais.",
    "signed_out": "Entre na sua conta primeiro.",
    "sign_in_expired": "Seu acesso expirou. Entre novamente.",
    "sign_in_unavailable": "Não foi possível verificar seu acesso no momento. Tente novamente em alguns segundos.",
    "session_expired": "Esta sessão expirou. Recarregue a página para iniciar uma nova.",
    "session_cancelled": "Esta sessão foi cancelada. Recarregue a página para iniciar uma nova.",
    "not_found": "Não há nada com esse identificador, ou não é seu.",
    "agent_not_found": "Esse assistente não existe neste servidor.",
    "agent_unavailable": "Este assistente não está disponível. Quem opera este chat precisa consertá-lo.",
    "offline_model": "Quem responde é o modelo offline, que não é um modelo de linguagem. Defina "
    "OPENAI_API_KEY para usar um de verdade.",
    "thread_not_found": "Esse chat não existe ou não é seu. Talvez tenha sido excluído.",
    "thread_out_of_reach": "Esta sessão não alcança aquele chat. Inicie um novo.",
    "item_not_found": "Esse item não existe neste chat. Talvez tenha sido excluído ou substituído por uma nova "
    "tentativa.",
    "item_unreadable": "Esta parte do chat não pode ser exibida.",
    "attachment_not_found": "Esse anexo não existe ou não é seu. Anexe o arquivo novamente.",
    "document_not_found": "Esse documento não existe aqui.",
    "document_link_expired": "Este link não é mais válido. Peça o documento ao assistente novamente.",
    "unavailable": "O servidor não pode responder no momento. Tente novamente em instantes.",
    "server_restarting": "O servidor está reiniciando. Envie novamente em instantes.",
    "database_unavailable": "Não foi possível acessar o banco de dados no momento. Tente novamente em instantes.",
    "database_timeout": "O banco de dados não respondeu a tempo. Tente novamente em instantes.",
    "internal_error": "Algo deu errado no servidor. Se continuar assim, informe a solicitação {request_id}.",
    "rate_limited": "Envios demais ({what}): no máximo {most} por minuto. Tente novamente em {seconds} s.",
    "network_rate_limited": "Envios demais da sua rede ({what}): no máximo {most} por minuto. Tente novamente em "
    "{seconds} s.",
    "user_crowded": "Há pedidos seus demais em andamento. Espere que um deles termine e tente novamente.",
    "network_crowded": "Há pedidos demais da sua rede em andamento. Tente novamente em {seconds} s.",
    "server_crowded": "O servidor está a tratar de pedidos demais. Tente novamente em {seconds} s.",
    "counted_messages": "mensagens",
    "counted_uploads": "arquivos",
    "counted_transcriptions": "gravações",
    "counted_refreshes": "atualizações",
    "counted_sessions": "novas sessões",
    "counted_shares": "leituras de chats compartilhados",
    "session_files_used_up": "Esta sessão aceita no máximo {most} arquivos.",
    "too_many_answers": "Respostas demais ao mesmo tempo: {most} já estão sendo escritas para você. Aguarde uma delas "
    "ou pare uma.",
    "budget_used_up": "{budget} acabou. Ele recomeça em {until:%d/%m/%Y} às 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} acabou com esta resposta. Ele recomeça em {until:%d/%m/%Y} às 00:00 UTC.",
    "budget_nearly_used_up": "{budget} está quase no fim: {percent} % já foram usados.",
    "budget_user_day": "Seu limite de hoje",
    "budget_user_month": "Seu limite deste mês",
    "budget_tenant_day": "O limite de hoje",
    "budget_tenant_month": "O limite deste mês",
    "message_edited": "Esta mensagem foi alterada em outra janela nesse meio-tempo. Recarregue o chat para vê-la "
    "como está agora.",
    "thread_busy": "Uma resposta ainda está sendo escrita neste chat. Aguarde ou pare-a primeiro.",
    "queue_full": "Não há espaço para outra mensagem: no máximo {most} podem aguardar. Aguarde a resposta ou remova "
    "uma.",
    "message_not_queued": "Esta mensagem não está mais aguardando: foi enviada ou removida.",
    "thread_locked": "Este chat está bloqueado{reason}. Por enquanto ele não aceita mensagens.",
    "thread_closed": "Este chat está encerrado{reason}. Inicie um novo para continuar.",
    "thread_status_reason": ": {reason}",
    "message_empty": "A mensagem está vazia: escreva algo ou anexe um arquivo.",
    "message_too_long": "A mensagem tem {length} caracteres; cabem no máximo {most}. Encurte-a ou envie o texto como "
    "arquivo.",
    "message_too_many_files": "Cabem no máximo {most} arquivos em uma mensagem.",
    "body_too_large": "A solicitação é grande demais: cabem no máximo {most} bytes.",
    "share_not_found": "Não há nenhum chat neste link. Ele pode ter expirado ou sido retirado.",
    "shares_full": "Este chat já tem {most} links. Retire um primeiro.",
    "nothing_to_share": "Ainda não há nada para compartilhar neste chat.",
    "sharing_off": "O compartilhamento está desativado neste servidor.",
    "title_empty": "Um chat precisa de um título: escreva pelo menos um caractere.",
    "title_too_long": "O título é longo demais: no máximo {most} caracteres.",
    "model_not_offered": "Este assistente não oferece esse modelo.",
    "tool_not_offered": "Este assistente não oferece essa ferramenta.",
    "question_answered": "Esta pergunta já foi respondida.",
    "output_not_expected": "Nenhuma chamada de ferramenta aguarda um resultado neste chat. Talvez já tenha sido "
    "respondida.",
    "answer_not_kept": "Essa resposta terminou há algum tempo, e seus eventos não são mais mantidos. Recarregue o "
    "chat.",
    "stop_failed": "Ainda não foi possível parar a resposta. Tente novamente em instantes.",
    "dictation_off": "Este assistente não aceita ditado. Digite em vez disso.",
    "dictation_failed": "Não foi possível transformar o ditado em texto. Tente novamente.",
    "recording_empty": "A gravação está vazia. Grave novamente.",
    "recording_too_long": "A gravação é longa demais: cabem no máximo {most} bytes. Dite em partes.",
    "action_unknown": "Este assistente não responde a essa ação.",
    "action_not_offered": "Este widget não oferece isso. Recarregue o chat e tente novamente.",
    "action_invalid": "Não é possível fazer isso: {reason}.",
    "action_failed": "O assistente falhou no que você clicou ou enviou. Você pode fazer isso de novo; o operador "
    "deste chat encontra o motivo no registro.",
    "action_timeout": "O que você clicou ou enviou demorou demais e foi interrompido. Você pode fazer isso de novo.",
    "files_not_taken": "Este assistente não aceita arquivos.",
    "file_empty": "O arquivo está vazio.",
    "file_too_large": "O arquivo é grande demais: cabem no máximo {most} bytes.",
    "file_larger_than_announced": "O arquivo é maior do que foi anunciado ou do que cabe. Anexe um menor.",
    "type_not_taken": "Arquivos deste tipo não são aceitos aqui. São aceitos: {types}.",
    "not_an_image": "O arquivo diz ser uma imagem, mas o conteúdo não é. Anexe a própria imagem.",
    "not_a_pdf": "O arquivo diz ser um PDF, mas o conteúdo não é. Anexe o próprio PDF.",
    "not_a_text": "O arquivo começa como texto, mas depois deixa de ser. Anexe-o como o que ele é.",
    "image_too_large": "A imagem é grande demais: cabem no máximo {most} milhões de pixels.",
    "image_unreadable": "Não foi possível ler a imagem. Ela pode estar danificada: tente salvá-la novamente ou como "
    "PNG.",
    "image_not_made": "O que o modelo criou não é uma imagem que possa ser mostrada.",
    "no_room_left": "O espaço dos seus arquivos acabou. Exclua chats com arquivos para liberar espaço.",
    "no_room_left_here": "Não há mais espaço para arquivos aqui. Fale com o operador deste chat.",
    "upload_stalled": "O envio ficou parado por tempo demais. Tente novamente.",
    "upload_broke_off": "O envio foi interrompido. Tente novamente.",
    "file_uploaded_already": "Este arquivo já foi enviado ou foi excluído nesse meio-tempo. Anexe-o novamente.",
    "file_not_uploaded": "O arquivo “{name}” ainda não foi enviado. Aguarde ou anexe-o novamente.",
    "file_of_another_chat": "O arquivo “{name}” pertence a outro chat. Anexe-o novamente.",
    "file_gone": "O conteúdo deste arquivo não existe mais. Anexe-o novamente.",
    "file_link_expired": "Esse arquivo não existe, ou o link para ele expirou. Recarregue o chat para obter um novo.",
    "storage_unavailable": "Não foi possível acessar o armazenamento de arquivos no momento. Tente novamente em "
    "instantes.",
    "file_not_shown": "O assistente não viu {name}: {reason}",
    "pictures_not_shown": "O assistente não viu as imagens: este modelo não aceita imagens.",
    "reason_no_images": "este modelo não aceita imagens.",
    "reason_too_many_images": "ele vê apenas as {most} imagens mais recentes.",
    "reason_no_picture": "não há imagem dele.",
    "reason_too_much_text": "há mais texto nos arquivos deste chat do que cabe.",
    "reason_no_text": "não foi possível extrair texto dele.",
    "reason_deleted": "foi excluído.",
    "reason_unreadable": "não pode ser lido no momento.",
    "tools_unavailable": "O assistente não pode responder agora porque as ferramentas de {server} não estão "
    "disponíveis.",
    "tools_left_out": "As ferramentas de {server} não estão disponíveis agora, por isso o assistente responde sem "
    "elas.",
    "assistant_changed": "Este assistente foi alterado enquanto esperava por você, por isso recomeça.",
    "answer_begins_again": "Este assistente foi alterado enquanto respondia, por isso recomeça.",
    "workflow_failed": "O fluxo de trabalho deste assistente falhou ({place}: {error}).",
    "workflow_endless": "O fluxo de trabalho deste assistente está andando em círculos ({place}).",
    "workflow_calls": "O fluxo de trabalho deste assistente foi interrompido após {number} chamadas ao modelo "
    "({place}).",
    "step_uncertain": "O servidor parou no meio de “{name}”, e não se sabe se isso foi feito. Verifique "
    "antes de pedir de novo.",
    "workflow_only_sorted": "Isto foi classificado como “{category}”, e nada mais é feito.",
    "workflow_no_answer": "O fluxo de trabalho terminou sem uma resposta.",
    "guardrails_missing": "Este assistente tem regras de proteção que não podem ser executadas aqui, por isso não "
    "responde. O operador deste chat precisa instalar o pacote {package}.",
    "guardrails_failed": "As regras de proteção deste assistente não conseguiram consultar o modelo, por isso ele não "
    "responde. Tente novamente em instantes.",
    "export_user": "Você",
    "export_sources": "Fontes",
    "export_untitled": "Conversa",
}
