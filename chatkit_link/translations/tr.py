"""Turkish."""

TEXTS = {
    "model_key_refused": "Model sunucusu API anahtarını kabul etmedi. Bu sohbetin işletmecisi OPENAI_API_KEY değerini "
    "denetlemeli.",
    "model_not_allowed": "Model sunucusu, işletmecinin hesabı için bu isteğe izin vermiyor. Bu sohbetin işletmecisi "
    "hesabın izinlerini denetlemeli.",
    "model_unverified": "Model sunucusu, işletmecinin kuruluşu doğrulanmadan yanıt vermiyor. Bu sohbetin işletmecisi "
    "kuruluşu doğrulamalı.",
    "model_region_blocked": "Model sunucusu, bu sohbetin çalıştığı bölgeye hizmet vermiyor. Bu sohbetin işletmecisi "
    "başka bir sunucu kullanmalı.",
    "model_unknown": "Model sunucusu bu modeli veya bu adresi tanımıyor. Bu sohbetin işletmecisi CHATKIT_LINK_MODEL "
    "ve OPENAI_BASE_URL değerlerini denetlemeli.",
    "model_unknown_in_file": "Model sunucusu, bu asistanın dosyasında geçen {model} modelini tanımıyor ({place}). Bu "
    "sohbetin işletmecisi oraya başka bir model yazmalı.",
    "model_misconfigured": "Model sunucusu mevcut ayarlarla kullanılamıyor. Bu sohbetin işletmecisi OPENAI_API_KEY ve "
    "OPENAI_BASE_URL değerlerini denetlemeli.",
    "model_out_of_credit": "İşletmecinin model sunucusundaki hesabında kredi kalmadı. Bu sohbetin işletmecisi "
    "faturalandırmayı denetlemeli.",
    "model_busy": "Model sunucusu şu anda daha fazla istek kabul etmiyor. Birazdan tekrar deneyin.",
    "model_busy_seconds": "Model sunucusu şu anda daha fazla istek kabul etmiyor. Yaklaşık {number} saniye sonra "
    "tekrar deneyin.",
    "model_busy_minutes": "Model sunucusu şu anda daha fazla istek kabul etmiyor. Yaklaşık {number} dakika sonra "
    "tekrar deneyin.",
    "model_timeout": "Model sunucusunun yanıt vermesi çok uzun sürdü. Tekrar deneyin.",
    "model_unreachable": "Model sunucusuna ulaşılamıyor. Birazdan tekrar deneyin.",
    "model_failed": "Model sunucusunda yanıt sırasında hata oluştu. Tekrar deneyin.",
    "file_search_timeout": "Model sunucusunun dosya araması çok uzun sürdü. Tekrar deneyin.",
    "model_refused": "Model sunucusu isteği reddetti. Bilindiği kadarıyla bunun nedeni mesajınız değil. Bu sohbetin "
    "işletmecisi sunucunun yanıtını günlükte bulabilir.",
    "model_setting_refused": "Model, bu asistanın bir ayarını kabul etmiyor. Bu sohbetin işletmecisi ayarın adını "
    "günlükte bulabilir ve onu değiştirmeli.",
    "context_too_long": "Bu sohbet model için çok uzun. Yeni bir sohbet başlatın veya daha kısa bir mesaj gönderin.",
    "context_shortened": "Bu sohbetin başı bu yanıtta dikkate alınmadı: Tamamı model için çok uzun.",
    "request_too_large": "Model sunucusu, çok büyük olduğu için isteği reddetti. Yeni bir sohbet başlatın veya daha "
    "az metin ve daha küçük dosyalar gönderin.",
    "prompt_blocked": "Model sunucusu, kullanım kuralları nedeniyle buna yanıt vermiyor. Mesajınızı başka türlü yazın "
    "veya başka bir şey sorun.",
    "image_refused": "Model sunucusu bu sohbetteki bir görseli kullanamıyor. Görseli başka bir biçimde veya boyutta "
    "gönderin ya da onsuz yeni bir sohbet başlatın.",
    "image_blocked": "Model sunucusu, kullanım kuralları nedeniyle bu sohbetteki bir görseli kabul etmiyor. Onsuz "
    "yeni bir sohbet başlatın.",
    "answer_cut": "Model çıkış jetonu sınırına ulaştığı için yanıt burada bitiyor. Devam etmesini veya daha kısa bir "
    "yanıt vermesini isteyin.",
    "answer_filtered": "Model sunucusunun içerik filtresi gerisini engellediği için yanıt burada bitiyor. Başka türlü "
    "sorun.",
    "answer_empty": "Model yanıt vermeden bitirdi. Tekrar deneyin.",
    "answer_disconnected": "Yanıt tamamlanmadan model sunucusuyla bağlantı kesildi. Tekrar deneyin.",
    "answer_unreadable": "Model sunucusunun gönderdiği, yanıt olarak okunamıyor. Tekrar deneyin; yine olursa bu "
    "sohbetin işletmecisi OPENAI_BASE_URL değerini denetlemeli.",
    "answer_unusable": "Model, bu asistanın kullanamayacağı bir yanıt verdi. Tekrar deneyin.",
    "answer_declined": "Model yanıt vermeyi reddetti. Başka türlü sorun.",
    "answer_interrupted": "Bu yanıt tamamlanmadan sunucu yeniden başlatıldı. O ana kadarki bölüm saklandı; tekrar "
    "deneyin.",
    "too_many_steps": "Asistan çok fazla adıma ihtiyaç duyduğu için durduruldu. Tek seferde daha az şey isteyin veya "
    "başka türlü sorun.",
    "question_blocked": "Bu asistan buna yanıt veremez.",
    "answer_blocked": "Yanıt, bu asistanın kuralları nedeniyle gösterilmedi.",
    "tool_blocked": "Bu asistanın kuralları araçlarından birini durdurdu ve o olmadan yanıt verilemiyor. Başka türlü "
    "sorun.",
    "tool_broke": "Bu asistanın bir aracı başarısız oldu ve o olmadan yanıt verilemiyor. Tekrar deneyin; bu sohbetin "
    "işletmecisi nedenini günlükte bulabilir.",
    "tool_timeout": "Bu asistanın bir aracı çok uzun sürdü ve o olmadan yanıt verilemiyor. Tekrar deneyin.",
    "assistant_misconfigured": "Bu asistan doğru ayarlanmamış. Bu sohbetin işletmecisi nedenini günlükte bulabilir.",
    "hosted_tools_unsupported": "Bu asistan yalnızca OpenAI'nin Responses API'sinin çalıştırdığı bir araç "
    "kullanıyor. Bu sohbeti işleten kişi CHATKIT_LINK_OPENAI_API ayarını kaldırmalı.",
    "vector_store_missing": "Bu asistanın aradığı vektör deposu yok. Bu sohbeti işleten kişi kimliğini kontrol etmeli.",
    "file_unread": "Bu asistan dosyaları okuyamıyor. Yeni bir sohbet başlatın ve dosya olmadan sorun.",
    "mention_unread": "Bu asistan @ ile yapılan bahsetmeleri okuyamıyor. Yeni bir sohbet başlatın ve adı "
    "bahsetmeden yazın.",
    "assistant_failed": "Bu asistan yanıt verirken hata oluştu. Tekrar deneyin; bu sohbetin işletmecisi nedenini "
    "günlükte bulabilir.",
    "assistant_stopped": "Bu asistan, bu yanıt tamamlanmadan durdu. O ana kadarki bölüm saklandı; tekrar deneyin.",
    "service_unreachable": "Bu asistanın ihtiyaç duyduğu bir hizmete ulaşılamıyor. Birazdan tekrar deneyin.",
    "service_timeout": "Bu asistanın ihtiyaç duyduğu bir hizmet çok uzun sürdü. Tekrar deneyin.",
    "data_unreadable": "Bu asistan okuyamadığı veriler aldı. Tekrar deneyin; bu sohbetin işletmecisi nedenini "
    "günlükte bulabilir.",
    "task_failed_title": "{title}: başarısız",
    "task_failed": "Başarısız oldu. Asistan bunu biliyor ve sonuç olmadan devam edebilir.",
    "task_uncertain_title": "{title}: belirsiz",
    "task_uncertain": "Bu sırada sunucu yeniden başlatıldı. Bu yapılmış da olabilir, yapılmamış da. "
    "Asistan bunu biliyor.",
    "task_may_be_done": "Bu sırada sunucu yeniden başlatıldı. Bu yapılmış da olabilir, yapılmamış da.",
    "task_timed_out": "Başarısız: Çok uzun sürdü. Asistan bunu biliyor ve sonuç olmadan devam edebilir.",
    "task_unfinished": "Tamamlanmadı.",
    "task_output_cut": "Sonuç çok uzundu: Asistan {total} karakterin {kept} tanesini aldı.",
    "signed_out": "Önce oturum açın.",
    "sign_in_expired": "Oturumunuzun süresi doldu. Yeniden oturum açın.",
    "sign_in_unavailable": "Oturumunuz şu anda doğrulanamıyor. Birkaç saniye sonra tekrar deneyin.",
    "session_expired": "Bu oturumun süresi doldu. Yeni bir oturum başlatmak için sayfayı yenileyin.",
    "session_cancelled": "Bu oturum iptal edildi. Yeni bir oturum başlatmak için sayfayı yenileyin.",
    "not_found": "Bu kimlikle bir şey yok veya size ait değil.",
    "agent_not_found": "Bu sunucuda böyle bir asistan yok.",
    "agent_unavailable": "Bu asistan kullanılamıyor. Bu sohbeti işleten kişinin onu düzeltmesi gerekiyor.",
    "thread_not_found": "Böyle bir sohbet yok veya size ait değil. Silinmiş olabilir.",
    "thread_out_of_reach": "Bu oturum o sohbete ulaşamıyor. Yeni bir sohbet başlatın.",
    "item_not_found": "Bu sohbette böyle bir öğe yok. Silinmiş veya yeni bir denemeyle değiştirilmiş olabilir.",
    "item_unreadable": "Sohbetin bu bölümü görüntülenemiyor.",
    "attachment_not_found": "Böyle bir ek yok veya size ait değil. Dosyayı yeniden ekleyin.",
    "document_not_found": "Burada böyle bir belge yok.",
    "document_link_expired": "Bu bağlantı artık geçerli değil. Belgeyi asistandan yeniden isteyin.",
    "unavailable": "Sunucu şu anda yanıt veremiyor. Birazdan tekrar deneyin.",
    "server_restarting": "Sunucu yeniden başlatılıyor. Birazdan yeniden gönderin.",
    "database_unavailable": "Veritabanına şu anda ulaşılamıyor. Birazdan tekrar deneyin.",
    "database_timeout": "Veritabanı zamanında yanıt vermedi. Birazdan tekrar deneyin.",
    "internal_error": "Sunucuda bir sorun oluştu. Devam ederse {request_id} numaralı isteği bildirin.",
    "rate_limited": "Çok fazla {what}: Dakikada en fazla {most} olabilir. {seconds} sn sonra tekrar deneyin.",
    "network_rate_limited": "Ağınızdan çok fazla {what}: Dakikada en fazla {most} olabilir. {seconds} sn sonra tekrar "
    "deneyin.",
    "user_crowded": "Çok fazla isteğiniz işleniyor. Birinin bitmesini bekleyip tekrar deneyin.",
    "network_crowded": "Ağınızdan gelen çok fazla istek işleniyor. {seconds} sn sonra tekrar deneyin.",
    "server_crowded": "Sunucu çok fazla isteği işliyor. {seconds} sn sonra tekrar deneyin.",
    "counted_messages": "mesaj",
    "counted_uploads": "dosya",
    "counted_transcriptions": "kayıt",
    "counted_refreshes": "yenileme",
    "counted_sessions": "yeni oturum",
    "session_files_used_up": "Bu oturum en fazla {most} dosya kabul eder.",
    "too_many_answers": "Aynı anda çok fazla yanıt: Sizin için şu anda {most} yanıt yazılıyor. Birini bekleyin veya "
    "birini durdurun.",
    "budget_used_up": "{budget} doldu. {until:%d.%m.%Y} 00:00 UTC’de yenilenecek.",
    "budget_used_up_by_answer": "{budget} bu yanıtla doldu. {until:%d.%m.%Y} 00:00 UTC’de yenilenecek.",
    "budget_nearly_used_up": "{budget} neredeyse doldu: %{percent} kullanıldı.",
    "budget_user_day": "Bugünkü kotanız",
    "budget_user_month": "Bu ayki kotanız",
    "budget_tenant_day": "Bugünkü toplam kota",
    "budget_tenant_month": "Bu ayki toplam kota",
    "message_edited": "Bu mesaj bu arada başka bir pencerede değiştirildi. Şimdiki hâlini görmek için sohbeti "
    "yeniden yükleyin.",
    "thread_busy": "Bu sohbette hâlâ bir yanıt yazılıyor. Bekleyin veya önce durdurun.",
    "thread_locked": "Bu sohbet kilitli{reason}. Şimdilik mesaj kabul etmiyor.",
    "thread_closed": "Bu sohbet kapatıldı{reason}. Devam etmek için yeni bir sohbet başlatın.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Mesaj boş: Bir şey yazın veya dosya ekleyin.",
    "message_too_long": "Mesaj {length} karakter; en fazla {most} olabilir. Kısaltın veya metni dosya olarak gönderin.",
    "message_too_many_files": "Bir mesaja en fazla {most} dosya sığar.",
    "body_too_large": "İstek çok büyük: En fazla {most} bayt olabilir.",
    "title_empty": "Sohbetin bir başlığı olmalı: En az bir karakter yazın.",
    "title_too_long": "Başlık çok uzun: En fazla {most} karakter olabilir.",
    "model_not_offered": "Bu asistan o modeli sunmuyor.",
    "tool_not_offered": "Bu asistan o aracı sunmuyor.",
    "question_answered": "Bu soru zaten yanıtlandı.",
    "output_not_expected": "Bu sohbette sonuç bekleyen bir araç yok. Sonucu zaten almış olabilir.",
    "answer_not_kept": "O yanıt bir süre önce bitti ve ilerleyişi artık saklanmıyor. Sohbeti yenileyin.",
    "stop_failed": "Yanıt henüz durdurulamadı. Birazdan tekrar deneyin.",
    "dictation_off": "Bu asistan dikte kabul etmiyor. Bunun yerine yazın.",
    "dictation_failed": "Dikte metne dönüştürülemedi. Tekrar deneyin.",
    "recording_empty": "Kayıt boş. Yeniden kaydedin.",
    "recording_too_long": "Kayıt çok uzun: En fazla {most} bayt olabilir. Bölümler hâlinde dikte edin.",
    "action_unknown": "Bu asistan o işleme yanıt vermiyor.",
    "action_not_offered": "Bu bileşen bunu sunmuyor. Sohbeti yenileyip tekrar deneyin.",
    "action_invalid": "Bu yapılamıyor: {reason}.",
    "action_failed": "Asistan, tıkladığınız veya gönderdiğiniz şeyi yapamadı. Yeniden yapabilirsiniz; bu sohbetin "
    "işletmecisi nedenini günlükte bulur.",
    "action_timeout": "Tıkladığınız veya gönderdiğiniz şey çok uzun sürdü ve durduruldu. Yeniden yapabilirsiniz.",
    "files_not_taken": "Bu asistan dosya kabul etmiyor.",
    "file_empty": "Dosya boş.",
    "file_too_large": "Dosya çok büyük: En fazla {most} bayt olabilir.",
    "file_larger_than_announced": "Dosya, bildirilenden veya izin verilenden daha büyük. Daha küçük bir dosya ekleyin.",
    "type_not_taken": "Bu türdeki dosyalar burada kabul edilmiyor. Kabul edilenler: {types}.",
    "not_an_image": "Dosya görsel olarak adlandırılmış, ancak içeriği görsel değil. Görselin kendisini ekleyin.",
    "not_a_pdf": "Dosya PDF olarak adlandırılmış, ancak içeriği PDF değil. PDF dosyasının kendisini ekleyin.",
    "not_a_text": "Dosya metin olarak başlıyor, ancak devamı metin değil. Gerçekte ne ise o türde ekleyin.",
    "image_too_large": "Görsel çok büyük: En fazla {most} milyon piksel olabilir.",
    "image_unreadable": "Görsel okunamıyor. Bozulmuş olabilir: Yeniden veya PNG olarak kaydetmeyi deneyin.",
    "image_not_made": "Modelin oluşturduğu, gösterilebilecek bir görsel değil.",
    "no_room_left": "Dosyalarınız için yer kalmadı. Yer açmak için dosya içeren sohbetleri silin.",
    "no_room_left_here": "Burada dosyalar için yer kalmadı. Bu sohbetin işletmecisine başvurun.",
    "upload_stalled": "Yükleme çok uzun süre ilerlemedi. Tekrar deneyin.",
    "upload_broke_off": "Yükleme kesildi. Tekrar deneyin.",
    "file_uploaded_already": "Bu dosya zaten yüklendi veya bu arada silindi. Yeniden ekleyin.",
    "file_not_uploaded": "“{name}” dosyası henüz yüklenmedi. Bekleyin veya yeniden ekleyin.",
    "file_of_another_chat": "“{name}” dosyası başka bir sohbete ait. Yeniden ekleyin.",
    "file_gone": "Bu dosyanın içeriği artık yok. Yeniden ekleyin.",
    "file_link_expired": "Böyle bir dosya yok veya bağlantısının süresi doldu. Yeni bir bağlantı için sohbeti "
    "yenileyin.",
    "storage_unavailable": "Dosya deposuna şu anda ulaşılamıyor. Birazdan tekrar deneyin.",
    "file_not_shown": "Asistan {name} dosyasını görmedi: {reason}",
    "pictures_not_shown": "Asistan görselleri görmedi: Bu model görsel kabul etmiyor.",
    "reason_no_images": "bu model görsel kabul etmiyor.",
    "reason_too_many_images": "yalnızca en yeni {most} görsel gösteriliyor.",
    "reason_no_picture": "buna ait bir görsel yok.",
    "reason_too_much_text": "bu sohbetin dosyalarında sığandan daha fazla metin var.",
    "reason_no_text": "içinden metin okunamıyor.",
    "reason_deleted": "silindi.",
    "reason_unreadable": "şu anda okunamıyor.",
    "tools_unavailable": "{server} araçları kullanılamadığı için asistan şu anda yanıt veremiyor.",
    "tools_left_out": "{server} araçları şu anda kullanılamıyor; asistan onlarsız yanıt veriyor.",
    "assistant_changed": "Bu asistan sizi beklerken değiştirildi, bu yüzden baştan başlıyor.",
    "answer_begins_again": "Bu asistan yanıt verirken değiştirildi, bu yüzden baştan başlıyor.",
    "workflow_failed": "Bu asistanın iş akışı başarısız oldu ({place}: {error}).",
    "workflow_endless": "Bu asistanın iş akışı döngüye girdi ({place}).",
    "workflow_calls": "Bu asistanın iş akışı {number} model çağrısından sonra durduruldu ({place}).",
    "step_uncertain": "Sunucu “{name}” sırasında durdu ve bunun yapılıp yapılmadığı bilinmiyor. Lütfen "
    "yeniden istemeden önce kontrol edin.",
    "workflow_only_sorted": "Bu, “{category}” olarak sınıflandırıldı; başka bir işlem yapılmıyor.",
    "workflow_no_answer": "İş akışı yanıt vermeden sona erdi.",
    "guardrails_missing": "Bu asistanın burada çalışamayan koruma kuralları var, bu yüzden yanıt vermiyor. Bu "
    "sohbetin işletmecisi {package} paketini kurmalı.",
    "guardrails_failed": "Bu asistanın koruma kuralları modeline soramadı, bu yüzden yanıt vermiyor. Birazdan tekrar "
    "deneyin.",
}
