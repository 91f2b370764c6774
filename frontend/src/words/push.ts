import { section } from "../words";

/** Words of the switch for notifications. */
export const say = section(
  {
    on: "Nhận thông báo trên máy này",
    off: "Tắt thông báo trên máy này",
    ready: "Đã bật. Thông báo chỉ có mã và một câu chung, không có nội dung.",
    denied: "Trình duyệt đang chặn thông báo của trang này. Xin mở cài đặt trình duyệt để cho phép.",
    failed: "Chưa làm được. Xin thử lại khi có mạng.",
  },
  {
    on: "Notify me on this device",
    off: "Stop notifications on this device",
    ready: "Switched on. Notifications show a code and a neutral sentence, nothing else.",
    denied: "The browser blocks notifications of this page. Allow them in the browser's settings.",
    failed: "That did not work. Please try again when there is a network.",
  },
);
