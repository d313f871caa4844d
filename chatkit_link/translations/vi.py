"""Vietnamese."""

TEXTS = {
    "model_key_refused": "Máy chủ của mô hình không chấp nhận khóa API. Người vận hành đoạn chat này cần kiểm tra "
    "OPENAI_API_KEY.",
    "model_not_allowed": "Máy chủ của mô hình không cho phép yêu cầu này đối với tài khoản của người vận hành. Người "
    "vận hành đoạn chat này cần kiểm tra quyền của tài khoản.",
    "model_unverified": "Máy chủ của mô hình chỉ trả lời khi tổ chức của người vận hành đã được xác minh. Người vận "
    "hành đoạn chat này cần xác minh tổ chức.",
    "model_region_blocked": "Máy chủ của mô hình không phục vụ khu vực mà đoạn chat này đang chạy. Người vận hành "
    "đoạn chat này cần dùng máy chủ khác.",
    "model_unknown": "Máy chủ của mô hình không biết mô hình này hoặc địa chỉ này. Người vận hành đoạn chat này cần "
    "kiểm tra CHATKIT_LINK_MODEL và OPENAI_BASE_URL.",
    "model_unknown_in_file": "Máy chủ của mô hình không biết mô hình {model} mà tệp của trợ lý này nêu tên ({place}). "
    "Người vận hành đoạn chat này cần ghi một mô hình khác vào đó.",
    "model_misconfigured": "Không thể dùng máy chủ của mô hình với thiết lập hiện tại. Người vận hành đoạn chat này "
    "cần kiểm tra OPENAI_API_KEY và OPENAI_BASE_URL.",
    "model_out_of_credit": "Tài khoản của người vận hành tại máy chủ của mô hình đã hết tín dụng. Người vận hành đoạn "
    "chat này cần kiểm tra việc thanh toán.",
    "model_busy": "Máy chủ của mô hình hiện không nhận thêm yêu cầu. Hãy thử lại sau giây lát.",
    "model_busy_seconds": "Máy chủ của mô hình hiện không nhận thêm yêu cầu. Hãy thử lại sau khoảng {number} giây.",
    "model_busy_minutes": "Máy chủ của mô hình hiện không nhận thêm yêu cầu. Hãy thử lại sau khoảng {number} phút.",
    "model_timeout": "Máy chủ của mô hình mất quá nhiều thời gian để trả lời. Hãy thử lại.",
    "model_unreachable": "Không thể kết nối với máy chủ của mô hình. Hãy thử lại sau giây lát.",
    "model_failed": "Máy chủ của mô hình gặp lỗi khi đang trả lời. Hãy thử lại.",
    "file_search_timeout": "Việc tìm trong tệp của máy chủ mô hình mất quá nhiều thời gian. Hãy thử lại.",
    "model_refused": "Máy chủ của mô hình đã từ chối yêu cầu. Theo những gì được biết, nguyên nhân không phải do tin "
    "nhắn của bạn. Người vận hành đoạn chat này có thể xem phản hồi của máy chủ trong nhật ký.",
    "model_setting_refused": "Mô hình không chấp nhận một cài đặt của trợ lý này. Người vận hành đoạn chat này có thể "
    "xem tên cài đặt trong nhật ký và cần thay đổi nó.",
    "context_too_long": "Đoạn chat này quá dài đối với mô hình. Hãy bắt đầu đoạn chat mới hoặc gửi tin nhắn ngắn hơn.",
    "context_shortened": "Phần đầu của đoạn chat này không được đưa vào câu trả lời: toàn bộ nội dung quá dài đối với "
    "mô hình.",
    "request_too_large": "Máy chủ của mô hình từ chối yêu cầu vì nó quá lớn. Hãy bắt đầu đoạn chat mới, hoặc gửi ít "
    "văn bản hơn và tệp nhỏ hơn.",
    "prompt_blocked": "Máy chủ của mô hình không trả lời nội dung này do quy tắc sử dụng. Hãy viết tin nhắn theo cách "
    "khác hoặc hỏi điều khác.",
    "image_refused": "Máy chủ của mô hình không thể dùng một hình ảnh trong đoạn chat này. Hãy gửi ở định dạng hoặc "
    "kích thước khác, hoặc bắt đầu đoạn chat mới không có hình ảnh đó.",
    "image_blocked": "Máy chủ của mô hình không nhận một hình ảnh trong đoạn chat này do quy tắc sử dụng. Hãy bắt đầu "
    "đoạn chat mới không có hình ảnh đó.",
    "answer_cut": "Câu trả lời dừng ở đây vì mô hình đã đạt giới hạn token đầu ra. Hãy yêu cầu tiếp tục hoặc trả lời "
    "ngắn hơn.",
    "answer_filtered": "Câu trả lời dừng ở đây vì bộ lọc nội dung của máy chủ mô hình đã giữ lại phần còn lại. Hãy "
    "hỏi theo cách khác.",
    "answer_empty": "Mô hình đã kết thúc mà không trả lời. Hãy thử lại.",
    "answer_disconnected": "Kết nối với máy chủ của mô hình bị ngắt trước khi câu trả lời hoàn tất. Hãy thử lại.",
    "answer_unreadable": "Không thể đọc nội dung máy chủ của mô hình gửi đến như một câu trả lời. Hãy thử lại; nếu "
    "lỗi lặp lại, người vận hành đoạn chat này cần kiểm tra OPENAI_BASE_URL.",
    "answer_unusable": "Mô hình đưa ra câu trả lời mà trợ lý này không thể dùng. Hãy thử lại.",
    "answer_declined": "Mô hình từ chối trả lời. Hãy hỏi theo cách khác.",
    "answer_interrupted": "Máy chủ đã khởi động lại trước khi câu trả lời này hoàn tất. Phần đã có được giữ lại; hãy "
    "thử lại.",
    "too_many_steps": "Trợ lý đã bị dừng vì cần quá nhiều bước. Hãy yêu cầu ít hơn mỗi lần hoặc theo cách khác.",
    "question_blocked": "Trợ lý này không được phép trả lời điều đó.",
    "answer_blocked": "Câu trả lời đã bị giữ lại theo quy tắc của trợ lý này.",
    "tool_blocked": "Quy tắc của trợ lý này đã dừng một công cụ, và không có công cụ đó thì không thể trả lời. Hãy "
    "hỏi theo cách khác.",
    "tool_broke": "Một công cụ của trợ lý này gặp lỗi, và không có công cụ đó thì không thể trả lời. Hãy thử lại; "
    "người vận hành đoạn chat này có thể xem lý do trong nhật ký.",
    "tool_timeout": "Một công cụ của trợ lý này mất quá nhiều thời gian, và không có công cụ đó thì không thể trả "
    "lời. Hãy thử lại.",
    "assistant_misconfigured": "Trợ lý này chưa được thiết lập đúng. Người vận hành đoạn chat này có thể xem lý do "
    "trong nhật ký.",
    "hosted_tools_unsupported": "Trợ lý này dùng một công cụ mà chỉ Responses API của OpenAI chạy được. Người "
    "vận hành cuộc trò chuyện này phải bỏ CHATKIT_LINK_OPENAI_API.",
    "vector_store_missing": "Kho vector mà trợ lý này tìm kiếm không có. Người vận hành cuộc trò chuyện này "
    "phải kiểm tra id của nó.",
    "file_unread": "Trợ lý này không đọc được tệp. Hãy bắt đầu cuộc trò chuyện mới và hỏi mà không kèm tệp.",
    "mention_unread": "Trợ lý này không đọc được lượt nhắc bằng @. Hãy bắt đầu cuộc trò chuyện mới và viết tên mà "
    "không nhắc.",
    "assistant_failed": "Trợ lý này gặp lỗi khi đang trả lời. Hãy thử lại; người vận hành đoạn chat này có thể xem lý "
    "do trong nhật ký.",
    "assistant_stopped": "Trợ lý này đã ngừng chạy trước khi câu trả lời này hoàn tất. Phần đã có được giữ lại; hãy "
    "thử lại.",
    "service_unreachable": "Không thể kết nối với một dịch vụ mà trợ lý này cần. Hãy thử lại sau giây lát.",
    "service_timeout": "Một dịch vụ mà trợ lý này cần mất quá nhiều thời gian. Hãy thử lại.",
    "data_unreadable": "Trợ lý này nhận được dữ liệu không đọc được. Hãy thử lại; người vận hành đoạn chat này có thể "
    "xem lý do trong nhật ký.",
    "task_failed_title": "{title}: không thành công",
    "task_failed": "Không thành công. Trợ lý đã được báo và có thể tiếp tục mà không có kết quả này.",
    "task_uncertain_title": "{title}: không rõ",
    "task_uncertain": "Máy chủ đã khởi động lại trong lúc đó. Việc này có thể đã hoặc chưa được thực "
    "hiện. Trợ lý đã được báo.",
    "task_may_be_done": "Máy chủ đã khởi động lại trong lúc đó. Việc này có thể đã hoặc chưa được thực hiện.",
    "task_timed_out": "Không thành công: mất quá nhiều thời gian. Trợ lý đã được báo và có thể tiếp tục mà không có "
    "kết quả này.",
    "task_unfinished": "Chưa hoàn tất.",
    "task_output_cut": "Kết quả quá dài: trợ lý đã nhận {kept} trong số {total} ký tự.",
    "searched_nothing": "Đã tìm, không thấy gì",
    "searched_document": "Đã tìm trong 1 tài liệu",
    "searched_documents": "Đã tìm trong {number} tài liệu",
    "searched_page": "Đã tìm trong 1 trang",
    "searched_pages": "Đã tìm trong {number} trang",
    "search_failed": "Tìm kiếm không thành công",
    "search_timeout": "Tìm kiếm mất quá nhiều thời gian.",
    "signed_out": "Hãy đăng nhập trước.",
    "sign_in_expired": "Phiên đăng nhập của bạn đã hết hạn. Hãy đăng nhập lại.",
    "sign_in_unavailable": "Hiện không thể kiểm tra việc đăng nhập của bạn. Hãy thử lại sau vài giây.",
    "session_expired": "Phiên này đã hết hạn. Hãy tải lại trang để bắt đầu phiên mới.",
    "session_cancelled": "Phiên này đã bị hủy. Hãy tải lại trang để bắt đầu phiên mới.",
    "not_found": "Không có gì với mã định danh này, hoặc nó không phải của bạn.",
    "agent_not_found": "Không có trợ lý đó trên máy chủ này.",
    "agent_unavailable": "Trợ lý này không dùng được. Người vận hành cuộc trò chuyện này phải sửa nó.",
    "offline_model": "Mô hình ngoại tuyến đang trả lời, và nó không phải là mô hình ngôn ngữ. Hãy đặt "
    "OPENAI_API_KEY để dùng mô hình thật.",
    "thread_not_found": "Đoạn chat đó không tồn tại hoặc không phải của bạn. Có thể nó đã bị xóa.",
    "thread_out_of_reach": "Phiên này không mở được đoạn chat đó. Hãy bắt đầu đoạn chat mới.",
    "item_not_found": "Không có mục đó trong đoạn chat này. Có thể nó đã bị xóa hoặc được thay khi thử lại.",
    "item_unreadable": "Không thể hiển thị phần này của đoạn chat.",
    "attachment_not_found": "Tệp đính kèm đó không tồn tại hoặc không phải của bạn. Hãy đính kèm lại tệp.",
    "document_not_found": "Không có tài liệu đó ở đây.",
    "document_link_expired": "Liên kết này không còn hiệu lực. Hãy yêu cầu trợ lý gửi lại tài liệu.",
    "unavailable": "Máy chủ hiện không thể trả lời. Hãy thử lại sau giây lát.",
    "server_restarting": "Máy chủ đang khởi động lại. Hãy gửi lại sau giây lát.",
    "database_unavailable": "Hiện không thể kết nối với cơ sở dữ liệu. Hãy thử lại sau giây lát.",
    "database_timeout": "Cơ sở dữ liệu không trả lời kịp thời. Hãy thử lại sau giây lát.",
    "internal_error": "Máy chủ gặp sự cố. Nếu sự cố vẫn tiếp diễn, hãy cung cấp mã yêu cầu {request_id}.",
    "rate_limited": "Quá nhiều {what}: tối đa {most} mỗi phút. Hãy thử lại sau {seconds} giây.",
    "network_rate_limited": "Quá nhiều {what} từ mạng của bạn: tối đa {most} mỗi phút. Hãy thử lại sau {seconds} giây.",
    "user_crowded": "Đang xử lý quá nhiều yêu cầu của bạn. Hãy chờ một yêu cầu hoàn tất rồi thử lại.",
    "network_crowded": "Đang xử lý quá nhiều yêu cầu từ mạng của bạn. Hãy thử lại sau {seconds} giây.",
    "server_crowded": "Máy chủ đang xử lý quá nhiều yêu cầu. Hãy thử lại sau {seconds} giây.",
    "counted_messages": "tin nhắn",
    "counted_uploads": "tệp",
    "counted_transcriptions": "bản ghi âm",
    "counted_refreshes": "lần làm mới",
    "counted_sessions": "phiên mới",
    "counted_shares": "lượt đọc đoạn chat được chia sẻ",
    "session_files_used_up": "Phiên này nhận tối đa {most} tệp.",
    "too_many_answers": "Quá nhiều câu trả lời cùng lúc: {most} câu trả lời đang được viết cho bạn. Hãy đợi hoặc dừng "
    "một câu trả lời.",
    "budget_used_up": "{budget} đã hết. Hạn mức bắt đầu lại vào {until:%d/%m/%Y} lúc 00:00 UTC.",
    "budget_used_up_by_answer": "{budget} đã hết sau câu trả lời này. Hạn mức bắt đầu lại vào {until:%d/%m/%Y} lúc "
    "00:00 UTC.",
    "budget_nearly_used_up": "{budget} sắp hết: đã dùng {percent} %.",
    "budget_user_day": "Hạn mức hôm nay của bạn",
    "budget_user_month": "Hạn mức tháng này của bạn",
    "budget_tenant_day": "Hạn mức chung hôm nay",
    "budget_tenant_month": "Hạn mức chung tháng này",
    "message_edited": "Trong lúc đó, tin nhắn này đã được thay đổi ở một cửa sổ khác. Hãy tải lại đoạn chat để xem "
    "nội dung hiện tại.",
    "thread_busy": "Câu trả lời trong đoạn chat này vẫn đang được viết. Hãy đợi hoặc dừng nó trước.",
    "queue_full": "Không còn chỗ cho tin nhắn khác: tối đa {most} tin có thể chờ. Hãy đợi câu trả lời hoặc xóa bớt "
    "một tin.",
    "message_not_queued": "Tin nhắn này không còn chờ nữa: đã được gửi hoặc bị xóa.",
    "thread_locked": "Đoạn chat này đã bị khóa{reason}. Hiện đoạn chat không nhận tin nhắn.",
    "thread_closed": "Đoạn chat này đã đóng{reason}. Hãy bắt đầu đoạn chat mới để tiếp tục.",
    "thread_status_reason": ": {reason}",
    "message_empty": "Tin nhắn trống: hãy viết gì đó hoặc đính kèm tệp.",
    "message_too_long": "Tin nhắn có {length} ký tự; tối đa là {most}. Hãy rút ngắn hoặc gửi văn bản dưới dạng tệp.",
    "message_too_many_files": "Mỗi tin nhắn chứa tối đa {most} tệp.",
    "body_too_large": "Yêu cầu quá lớn: tối đa {most} byte.",
    "share_not_found": "Không có đoạn chat nào ở liên kết này. Liên kết có thể đã hết hạn hoặc bị thu hồi.",
    "shares_full": "Đoạn chat này đã có {most} liên kết. Hãy thu hồi một liên kết trước.",
    "nothing_to_share": "Đoạn chat này chưa có gì để chia sẻ.",
    "sharing_off": "Máy chủ này đã tắt tính năng chia sẻ.",
    "title_empty": "Đoạn chat cần có tiêu đề: hãy nhập ít nhất một ký tự.",
    "title_too_long": "Tiêu đề quá dài: tối đa {most} ký tự.",
    "model_not_offered": "Trợ lý này không có mô hình đó.",
    "tool_not_offered": "Trợ lý này không có công cụ đó.",
    "question_answered": "Câu hỏi này đã được trả lời.",
    "output_not_expected": "Không có công cụ nào trong đoạn chat này đang chờ kết quả. Có thể công cụ đã nhận kết quả "
    "rồi.",
    "answer_not_kept": "Câu trả lời đó đã kết thúc từ lâu và diễn biến của nó không còn được lưu. Hãy tải lại đoạn "
    "chat.",
    "stop_failed": "Chưa thể dừng câu trả lời. Hãy thử lại sau giây lát.",
    "dictation_off": "Trợ lý này không nhận đọc chính tả. Hãy nhập bằng bàn phím.",
    "dictation_failed": "Không thể chuyển lời đọc thành văn bản. Hãy thử lại.",
    "recording_empty": "Bản ghi âm trống. Hãy ghi âm lại.",
    "recording_too_long": "Bản ghi âm quá dài: tối đa {most} byte. Hãy đọc thành từng đoạn.",
    "action_unknown": "Trợ lý này không phản hồi hành động đó.",
    "action_not_offered": "Tiện ích này không có hành động đó. Hãy tải lại đoạn chat rồi thử lại.",
    "action_invalid": "Không thể thực hiện: {reason}.",
    "action_failed": "Trợ lý đã thất bại với điều bạn vừa nhấn hoặc gửi. Bạn có thể làm lại; người vận hành đoạn "
    "chat này tìm thấy lý do trong nhật ký.",
    "action_timeout": "Điều bạn vừa nhấn hoặc gửi mất quá nhiều thời gian và đã bị dừng. Bạn có thể làm lại.",
    "files_not_taken": "Trợ lý này không nhận tệp.",
    "file_empty": "Tệp trống.",
    "file_too_large": "Tệp quá lớn: tối đa {most} byte.",
    "file_larger_than_announced": "Tệp lớn hơn mức đã báo hoặc mức cho phép. Hãy đính kèm tệp nhỏ hơn.",
    "type_not_taken": "Ở đây không nhận loại tệp này. Các loại được nhận: {types}.",
    "not_an_image": "Tệp được gọi là hình ảnh nhưng nội dung không phải. Hãy đính kèm chính hình ảnh đó.",
    "not_a_pdf": "Tệp được gọi là PDF nhưng nội dung không phải. Hãy đính kèm chính tệp PDF đó.",
    "not_a_text": "Tệp bắt đầu là văn bản nhưng phần sau thì không. Hãy đính kèm đúng với loại thật của nó.",
    "image_too_large": "Hình ảnh quá lớn: tối đa {most} triệu điểm ảnh.",
    "image_unreadable": "Không thể đọc hình ảnh. Có thể tệp bị hỏng: hãy lưu lại hoặc lưu dưới dạng PNG.",
    "image_not_made": "Thứ mô hình tạo ra không phải hình ảnh có thể hiển thị.",
    "no_room_left": "Tệp của bạn đã dùng hết dung lượng. Hãy xóa các đoạn chat có tệp để giải phóng dung lượng.",
    "no_room_left_here": "Ở đây không còn chỗ cho tệp. Hãy liên hệ người vận hành đoạn chat này.",
    "upload_stalled": "Việc tải lên bị đứng quá lâu. Hãy thử lại.",
    "upload_broke_off": "Việc tải lên bị gián đoạn. Hãy thử lại.",
    "file_uploaded_already": "Tệp này đã được tải lên hoặc trong lúc đó đã bị xóa. Hãy đính kèm lại.",
    "file_not_uploaded": "Tệp “{name}” chưa được tải lên. Hãy đợi hoặc đính kèm lại.",
    "file_of_another_chat": "Tệp “{name}” thuộc về đoạn chat khác. Hãy đính kèm lại.",
    "file_gone": "Nội dung của tệp này không còn. Hãy đính kèm lại.",
    "file_link_expired": "Tệp đó không tồn tại hoặc liên kết đã hết hạn. Hãy tải lại đoạn chat để có liên kết mới.",
    "storage_unavailable": "Hiện không thể kết nối với kho lưu trữ tệp. Hãy thử lại sau giây lát.",
    "file_not_shown": "Trợ lý không xem được {name}: {reason}",
    "pictures_not_shown": "Trợ lý không xem được các hình ảnh: mô hình này không nhận hình ảnh.",
    "reason_no_images": "mô hình này không nhận hình ảnh.",
    "reason_too_many_images": "chỉ {most} hình ảnh mới nhất được đưa vào.",
    "reason_no_picture": "không có hình ảnh của tệp này.",
    "reason_too_much_text": "các tệp trong đoạn chat này có quá nhiều văn bản.",
    "reason_no_text": "không thể đọc được văn bản từ tệp này.",
    "reason_deleted": "tệp đã bị xóa.",
    "reason_unreadable": "hiện không thể đọc tệp.",
    "tools_unavailable": "Trợ lý hiện không thể trả lời vì các công cụ của {server} không khả dụng.",
    "tools_left_out": "Các công cụ của {server} hiện không khả dụng, nên trợ lý trả lời mà không dùng chúng.",
    "assistant_changed": "Trợ lý này đã bị thay đổi trong khi chờ bạn, nên sẽ bắt đầu lại.",
    "answer_begins_again": "Trợ lý này đã bị thay đổi trong khi trả lời, nên sẽ bắt đầu lại.",
    "workflow_failed": "Quy trình của trợ lý này gặp lỗi ({place}: {error}).",
    "workflow_endless": "Quy trình của trợ lý này bị lặp vô tận ({place}).",
    "workflow_calls": "Quy trình của trợ lý này bị dừng sau {number} lượt gọi mô hình ({place}).",
    "step_uncertain": "Máy chủ đã dừng giữa chừng “{name}”, và không biết việc đó đã được thực hiện hay "
    "chưa. Vui lòng kiểm tra trước khi yêu cầu lại.",
    "workflow_only_sorted": "Nội dung này được xếp vào loại “{category}”, và không có gì được thực hiện thêm.",
    "workflow_no_answer": "Quy trình đã kết thúc mà không có câu trả lời.",
    "guardrails_missing": "Trợ lý này có quy tắc bảo vệ không chạy được ở đây nên không trả lời. Người vận hành đoạn "
    "chat này cần cài gói {package}.",
    "guardrails_failed": "Quy tắc bảo vệ của trợ lý này không thể hỏi mô hình của chúng nên trợ lý không trả lời. Hãy "
    "thử lại sau giây lát.",
    "export_user": "Bạn",
    "export_sources": "Nguồn",
    "export_untitled": "Cuộc trò chuyện",
}
