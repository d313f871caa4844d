"""Indonesian."""

TEXTS = {
    "model_key_refused": "Server model tidak menerima kunci API. Pengelola chat ini harus memeriksa OPENAI_API_KEY.",
    "model_not_allowed": "Server model tidak mengizinkan permintaan ini untuk akun pengelola. Pengelola chat ini "
    "harus memeriksa izin akun tersebut.",
    "model_unverified": "Server model baru menjawab setelah organisasi pengelola diverifikasi. Pengelola chat ini "
    "harus memverifikasinya.",
    "model_region_blocked": "Server model tidak melayani wilayah tempat chat ini berjalan. Pengelola chat ini harus "
    "menggunakan server lain.",
    "model_unknown": "Server model tidak mengenal model atau alamat ini. Pengelola chat ini harus memeriksa "
    "CHATKIT_LINK_MODEL dan OPENAI_BASE_URL.",
    "model_unknown_in_file": "Server model tidak mengenal model {model} yang disebut berkas asisten ini ({place}). "
    "Pengelola chat ini harus menggantinya dengan model lain di sana.",
    "model_misconfigured": "Server model tidak dapat digunakan dengan pengaturan saat ini. Pengelola chat ini harus "
    "memeriksa OPENAI_API_KEY dan OPENAI_BASE_URL.",
    "model_out_of_credit": "Kredit akun pengelola di server model sudah habis. Pengelola chat ini harus memeriksa "
    "penagihannya.",
    "model_busy": "Server model saat ini tidak menerima permintaan lagi. Coba lagi sebentar lagi.",
    "model_busy_seconds": "Server model saat ini tidak menerima permintaan lagi. Coba lagi dalam sekitar {number} "
    "detik.",
    "model_busy_minutes": "Server model saat ini tidak menerima permintaan lagi. Coba lagi dalam sekitar {number} "
    "menit.",
    "model_timeout": "Server model terlalu lama menjawab. Coba lagi.",
    "model_unreachable": "Server model tidak dapat dijangkau. Coba lagi sebentar lagi.",
    "model_failed": "Server model mengalami kegagalan saat menjawab. Coba lagi.",
    "file_search_timeout": "Pencarian file di server model terlalu lama. Coba lagi.",
    "model_refused": "Server model menolak permintaan. Sejauh yang diketahui, penyebabnya bukan pesan Anda. Pengelola "
    "chat ini dapat menemukan jawaban server di log.",
    "model_setting_refused": "Model tidak menerima salah satu pengaturan asisten ini. Pengelola chat ini dapat "
    "menemukan namanya di log dan harus mengubahnya.",
    "context_too_long": "Chat ini terlalu panjang untuk model. Mulai chat baru, atau kirim pesan yang lebih pendek.",
    "context_shortened": "Bagian awal chat ini tidak disertakan dalam jawaban ini: keseluruhannya terlalu panjang "
    "untuk model.",
    "request_too_large": "Server model menolak permintaan karena terlalu besar. Mulai chat baru, atau kirim teks yang "
    "lebih sedikit dan file yang lebih kecil.",
    "prompt_blocked": "Server model tidak menjawab ini karena aturan penggunaannya. Tulis pesan Anda dengan cara "
    "lain, atau tanyakan hal lain.",
    "image_refused": "Server model tidak dapat menggunakan gambar di chat ini. Kirim dalam format atau ukuran lain, "
    "atau mulai chat baru tanpa gambar itu.",
    "image_blocked": "Server model tidak menerima gambar di chat ini karena aturan penggunaannya. Mulai chat baru "
    "tanpa gambar itu.",
    "answer_cut": "Jawaban berhenti di sini karena model mencapai batas token keluaran. Minta untuk melanjutkan, atau "
    "minta jawaban yang lebih pendek.",
    "answer_filtered": "Jawaban berhenti di sini karena filter konten server model menahan sisanya. Tanyakan dengan "
    "cara lain.",
    "answer_empty": "Model selesai tanpa jawaban. Coba lagi.",
    "answer_disconnected": "Koneksi ke server model terputus sebelum jawaban selesai. Coba lagi.",
    "answer_unreadable": "Kiriman dari server model tidak dapat dibaca sebagai jawaban. Coba lagi; jika terulang, "
    "pengelola chat ini harus memeriksa OPENAI_BASE_URL.",
    "answer_unusable": "Model memberikan jawaban yang tidak dapat digunakan asisten ini. Coba lagi.",
    "answer_declined": "Model menolak menjawab. Tanyakan dengan cara lain.",
    "answer_interrupted": "Server dimulai ulang sebelum jawaban ini selesai. Bagian yang sudah ada disimpan; coba "
    "lagi.",
    "too_many_steps": "Asisten dihentikan karena membutuhkan terlalu banyak langkah. Minta lebih sedikit sekaligus, "
    "atau dengan cara lain.",
    "question_blocked": "Asisten ini tidak boleh menjawab hal itu.",
    "answer_blocked": "Jawaban ditahan oleh aturan asisten ini.",
    "tool_blocked": "Aturan asisten ini menghentikan salah satu alatnya, dan tanpa alat itu tidak ada jawaban. "
    "Tanyakan dengan cara lain.",
    "tool_broke": "Salah satu alat asisten ini gagal, dan tanpa alat itu tidak ada jawaban. Coba lagi; pengelola chat "
    "ini dapat menemukan alasannya di log.",
    "tool_timeout": "Salah satu alat asisten ini terlalu lama, dan tanpa alat itu tidak ada jawaban. Coba lagi.",
    "assistant_misconfigured": "Asisten ini tidak disiapkan dengan benar. Pengelola chat ini dapat menemukan "
    "alasannya di log.",
    "hosted_tools_unsupported": "Asisten ini memakai alat yang hanya dijalankan oleh Responses API dari OpenAI. "
    "Pengelola obrolan ini harus menghapus CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "Penyimpanan vektor yang dicari asisten ini tidak ada. Pengelola obrolan ini "
    "harus memeriksa ID-nya.",
    "file_unread": "Asisten ini tidak dapat membaca berkas. Mulailah obrolan baru dan bertanyalah tanpa berkas.",
    "mention_unread": "Asisten ini tidak dapat membaca sebutan dengan @. Mulailah obrolan baru dan tulis namanya "
    "tanpa sebutan.",
    "assistant_failed": "Asisten ini gagal saat menjawab. Coba lagi; pengelola chat ini dapat menemukan alasannya di "
    "log.",
    "assistant_stopped": "Asisten ini berhenti sebelum jawaban ini selesai. Bagian yang sudah ada disimpan; coba lagi.",
    "service_unreachable": "Layanan yang diperlukan asisten ini tidak dapat dijangkau. Coba lagi sebentar lagi.",
    "service_timeout": "Layanan yang diperlukan asisten ini terlalu lama. Coba lagi.",
    "data_unreadable": "Asisten ini menerima data yang tidak dapat dibacanya. Coba lagi; pengelola chat ini dapat "
    "menemukan alasannya di log.",
    "task_failed_title": "{title}: gagal",
    "task_failed": "Gagal. Asisten sudah diberi tahu dan dapat melanjutkan tanpa hasilnya.",
    "task_uncertain_title": "{title}: tidak pasti",
    "task_uncertain": "Server dimulai ulang di tengah proses. Ini mungkin sudah atau belum dilakukan. "
    "Asisten sudah diberi tahu.",
    "task_may_be_done": "Server dimulai ulang di tengah proses. Ini mungkin sudah atau belum dilakukan.",
    "task_timed_out": "Gagal: terlalu lama. Asisten sudah diberi tahu dan dapat melanjutkan tanpa hasilnya.",
    "task_unfinished": "Belum selesai.",
    "task_output_cut": "Hasilnya terlalu panjang: asisten menerima {kept} dari {total} karakter.",
    "searched_nothing": "Dicari, tidak ada yang ditemukan",
    "searched_document": "1 dokumen ditelusuri",
    "searched_documents": "{number} dokumen ditelusuri",
    "searched_page": "1 halaman ditelusuri",
    "searched_pages": "{number} halaman ditelusuri",
    "search_failed": "Pencarian gagal",
    "search_timeout": "Pencarian memakan waktu terlalu lama.",
    "signed_out": "Masuk terlebih dahulu.",
    "sign_in_expired": "Sesi masuk Anda sudah kedaluwarsa. Masuk lagi.",
    "sign_in_unavailable": "Status masuk Anda tidak dapat diperiksa saat ini. Coba lagi dalam beberapa detik.",
    "session_expired": "Sesi ini sudah kedaluwarsa. Muat ulang halaman untuk memulai sesi baru.",
    "session_cancelled": "Sesi ini dibatalkan. Muat ulang halaman untuk memulai sesi baru.",
    "not_found": "Tidak ada apa pun dengan ID itu, atau itu bukan milik Anda.",
    "agent_not_found": "Asisten itu tidak ada di server ini.",
    "agent_unavailable": "Asisten ini tidak tersedia. Pengelola obrolan ini harus memperbaikinya.",
    "offline_model": "Yang menjawab adalah model luring, yang bukan model bahasa. Atur "
    "OPENAI_API_KEY untuk model sungguhan.",
    "thread_not_found": "Chat itu tidak ada, atau bukan milik Anda. Mungkin sudah dihapus.",
    "thread_out_of_reach": "Sesi ini tidak menjangkau chat itu. Mulai chat baru.",
    "item_not_found": "Item itu tidak ada di chat ini. Mungkin sudah dihapus atau diganti oleh percobaan ulang.",
    "item_unreadable": "Bagian chat ini tidak dapat ditampilkan.",
    "attachment_not_found": "Lampiran itu tidak ada, atau bukan milik Anda. Lampirkan lagi filenya.",
    "document_not_found": "Dokumen itu tidak ada di sini.",
    "document_link_expired": "Tautan ini sudah tidak berlaku. Minta lagi dokumennya kepada asisten.",
    "unavailable": "Server tidak dapat menjawab saat ini. Coba lagi sebentar lagi.",
    "server_restarting": "Server sedang dimulai ulang. Kirim lagi sebentar lagi.",
    "database_unavailable": "Basis data tidak dapat dijangkau saat ini. Coba lagi sebentar lagi.",
    "database_timeout": "Basis data tidak menjawab tepat waktu. Coba lagi sebentar lagi.",
    "internal_error": "Terjadi masalah di server. Jika terus terjadi, sebutkan permintaan {request_id}.",
    "rate_limited": "Terlalu banyak {what}: paling banyak {most} per menit. Coba lagi dalam {seconds} detik.",
    "network_rate_limited": "Terlalu banyak {what} dari jaringan Anda: paling banyak {most} per menit. Coba lagi "
    "dalam {seconds} detik.",
    "user_crowded": "Terlalu banyak permintaan Anda sedang dikerjakan. Tunggu salah satunya selesai, lalu coba lagi.",
    "network_crowded": "Terlalu banyak permintaan dari jaringan Anda sedang dikerjakan. Coba lagi dalam {seconds} "
    "detik.",
    "server_crowded": "Server sedang mengerjakan terlalu banyak permintaan. Coba lagi dalam {seconds} detik.",
    "counted_messages": "pesan",
    "counted_uploads": "file",
    "counted_transcriptions": "rekaman",
    "counted_refreshes": "penyegaran",
    "counted_sessions": "sesi baru",
    "counted_shares": "pembacaan chat yang dibagikan",
    "session_files_used_up": "Sesi ini menerima paling banyak {most} file.",
    "too_many_answers": "Terlalu banyak jawaban sekaligus: {most} sedang ditulis untuk Anda. Tunggu salah satunya, "
    "atau hentikan satu.",
    "budget_used_up": "{budget} sudah habis. Kuota dimulai lagi pada {until:%d/%m/%Y} pukul 00.00 UTC.",
    "budget_used_up_by_answer": "{budget} habis dengan jawaban ini. Kuota dimulai lagi pada {until:%d/%m/%Y} pukul "
    "00.00 UTC.",
    "budget_nearly_used_up": "{budget} hampir habis: {percent} % sudah terpakai.",
    "budget_user_day": "Kuota Anda untuk hari ini",
    "budget_user_month": "Kuota Anda untuk bulan ini",
    "budget_tenant_day": "Kuota bersama untuk hari ini",
    "budget_tenant_month": "Kuota bersama untuk bulan ini",
    "message_edited": "Pesan ini sudah diubah di jendela lain sementara itu. Muat ulang chat untuk melihat "
    "keadaannya sekarang.",
    "thread_busy": "Jawaban masih ditulis di chat ini. Tunggu, atau hentikan terlebih dahulu.",
    "queue_full": "Tidak ada tempat untuk pesan lain: paling banyak {most} dapat menunggu. Tunggu jawabannya, atau "
    "hapus satu pesan.",
    "message_not_queued": "Pesan ini tidak lagi menunggu: sudah dikirim atau dihapus.",
    "thread_locked": "Chat ini dikunci{reason}. Untuk sementara chat ini tidak menerima pesan.",
    "thread_closed": "Chat ini ditutup{reason}. Mulai chat baru untuk melanjutkan.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Pesan kosong: tulis sesuatu atau lampirkan file.",
    "message_too_long": "Pesan memiliki {length} karakter; paling banyak {most}. Persingkat, atau kirim teksnya "
    "sebagai file.",
    "message_too_many_files": "Satu pesan memuat paling banyak {most} file.",
    "body_too_large": "Permintaan terlalu besar: paling banyak {most} byte.",
    "share_not_found": "Tidak ada chat di balik tautan ini. Mungkin sudah kedaluwarsa atau ditarik.",
    "shares_full": "Chat ini sudah memiliki {most} tautan. Tarik salah satunya dahulu.",
    "nothing_to_share": "Belum ada yang dapat dibagikan di chat ini.",
    "sharing_off": "Berbagi dinonaktifkan di server ini.",
    "title_empty": "Chat memerlukan judul: tulis setidaknya satu karakter.",
    "title_too_long": "Judul terlalu panjang: paling banyak {most} karakter.",
    "model_not_offered": "Asisten ini tidak menyediakan model itu.",
    "tool_not_offered": "Asisten ini tidak menyediakan alat itu.",
    "question_answered": "Pertanyaan ini sudah dijawab.",
    "output_not_expected": "Tidak ada alat yang menunggu hasil di chat ini. Mungkin hasilnya sudah diterima.",
    "answer_not_kept": "Jawaban itu sudah lama selesai, dan prosesnya tidak disimpan lagi. Muat ulang chat.",
    "stop_failed": "Jawaban belum dapat dihentikan. Coba lagi sebentar lagi.",
    "dictation_off": "Asisten ini tidak menerima dikte. Ketik saja.",
    "dictation_failed": "Dikte tidak dapat diubah menjadi teks. Coba lagi.",
    "recording_empty": "Rekaman kosong. Rekam lagi.",
    "recording_too_long": "Rekaman terlalu panjang: paling banyak {most} byte. Diktekan per bagian.",
    "action_unknown": "Asisten ini tidak menanggapi tindakan itu.",
    "action_not_offered": "Widget ini tidak menyediakan itu. Muat ulang chat dan coba lagi.",
    "action_invalid": "Itu tidak dapat dilakukan: {reason}.",
    "action_failed": "Asisten gagal menjalankan apa yang Anda klik atau kirim. Anda dapat melakukannya lagi; "
    "pengelola chat ini menemukan penyebabnya di log.",
    "action_timeout": "Apa yang Anda klik atau kirim terlalu lama dan dihentikan. Anda dapat melakukannya lagi.",
    "files_not_taken": "Asisten ini tidak menerima file.",
    "file_empty": "File kosong.",
    "file_too_large": "File terlalu besar: paling banyak {most} byte.",
    "file_larger_than_announced": "File lebih besar dari yang diberitahukan atau diizinkan. Lampirkan yang lebih "
    "kecil.",
    "type_not_taken": "File jenis ini tidak diterima di sini. Yang diterima: {types}.",
    "not_an_image": "File ini disebut gambar, tetapi isinya bukan gambar. Lampirkan gambarnya langsung.",
    "not_a_pdf": "File ini disebut PDF, tetapi isinya bukan PDF. Lampirkan PDF-nya langsung.",
    "not_a_text": "File ini dimulai sebagai teks, tetapi selanjutnya bukan teks. Lampirkan sesuai jenis sebenarnya.",
    "image_too_large": "Gambar terlalu besar: paling banyak {most} juta piksel.",
    "image_unreadable": "Gambar tidak dapat dibaca. Mungkin rusak: coba simpan lagi, atau simpan sebagai PNG.",
    "image_not_made": "Yang dibuat model bukan gambar yang dapat ditampilkan.",
    "no_room_left": "Ruang untuk file Anda sudah habis. Hapus chat yang berisi file untuk mengosongkan ruang.",
    "no_room_left_here": "Tidak ada ruang lagi untuk file di sini. Hubungi pengelola chat ini.",
    "upload_stalled": "Unggahan terhenti terlalu lama. Coba lagi.",
    "upload_broke_off": "Unggahan terputus. Coba lagi.",
    "file_uploaded_already": "File ini sudah diunggah, atau sementara itu dihapus. Lampirkan lagi.",
    "file_not_uploaded": "File “{name}” belum diunggah. Tunggu, atau lampirkan lagi.",
    "file_of_another_chat": "File “{name}” milik chat lain. Lampirkan lagi.",
    "file_gone": "Isi file ini sudah tidak ada. Lampirkan lagi.",
    "file_link_expired": "File itu tidak ada, atau tautannya sudah kedaluwarsa. Muat ulang chat untuk mendapatkan "
    "tautan baru.",
    "storage_unavailable": "Penyimpanan file tidak dapat dijangkau saat ini. Coba lagi sebentar lagi.",
    "file_not_shown": "Asisten tidak melihat {name}: {reason}",
    "pictures_not_shown": "Asisten tidak melihat gambar-gambarnya: model ini tidak menerima gambar.",
    "reason_no_images": "model ini tidak menerima gambar.",
    "reason_too_many_images": "hanya {most} gambar terbaru yang diperlihatkan.",
    "reason_no_picture": "tidak ada gambarnya.",
    "reason_too_much_text": "teks dalam file-file chat ini melebihi batas.",
    "reason_no_text": "tidak ada teks yang dapat dibaca darinya.",
    "reason_deleted": "file itu sudah dihapus.",
    "reason_unreadable": "file itu tidak dapat dibaca saat ini.",
    "tools_unavailable": "Asisten tidak dapat menjawab sekarang karena alat dari {server} tidak tersedia.",
    "tools_left_out": "Alat dari {server} tidak tersedia sekarang, jadi asisten menjawab tanpanya.",
    "assistant_changed": "Asisten ini diubah saat menunggu Anda, jadi dimulai dari awal.",
    "answer_begins_again": "Asisten ini diubah saat sedang menjawab, jadi dimulai dari awal.",
    "workflow_failed": "Alur kerja asisten ini gagal ({place}: {error}).",
    "workflow_endless": "Alur kerja asisten ini berputar-putar ({place}).",
    "workflow_calls": "Alur kerja asisten ini dihentikan setelah {number} panggilan model ({place}).",
    "step_uncertain": "Server berhenti di tengah “{name}”, dan tidak diketahui apakah itu sudah dilakukan. "
    "Periksalah sebelum memintanya lagi.",
    "workflow_only_sorted": "Ini digolongkan sebagai “{category}”, dan tidak ada tindakan lebih lanjut.",
    "workflow_no_answer": "Alur kerja berakhir tanpa jawaban.",
    "guardrails_missing": "Asisten ini memiliki aturan pelindung yang tidak dapat berjalan di sini, jadi tidak "
    "menjawab. Pengelola chat ini harus memasang paket {package}.",
    "guardrails_failed": "Aturan pelindung asisten ini tidak dapat bertanya kepada modelnya, jadi asisten tidak "
    "menjawab. Coba lagi sebentar lagi.",
    "export_user": "Anda",
    "export_sources": "Sumber",
    "export_untitled": "Obrolan",
}
