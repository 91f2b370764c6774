import { section } from "../words";

/** Words of the list of one's reports on a device. */
export const say = section(
  {
    none: "Chưa có phản ánh nào gửi từ thiết bị này. Phản ánh gửi đi sẽ tự hiện ở đây.",
    loading: "Đang tải…",
    later: "Chưa tải được trạng thái. Xin mở lại khi có mạng.",
    drop: "Bỏ",
    "drop.of": "Bỏ {code} khỏi danh sách",
    replies: "{n} tin của tổng đài",
  },
  {
    none: "Nothing was sent from this device yet. What you report appears here by itself.",
    loading: "Loading…",
    later: "The state could not be loaded. Open this again when there is a network.",
    drop: "Remove",
    "drop.of": "Remove {code} from the list",
    replies: "{n} messages of the hotline",
  },
);
