import { section } from "../words";

/** Words of the replay of a day. */
export const say = section(
  {
    "loading": "Đang tải diễn biến trong ngày…",
    "failed": "Không tải được diễn biến. Kiểm tra kết nối rồi bấm Hiển thị.",
    "empty": "Ngày này chưa có vụ việc nào được ghi.",
    "play": "Phát",
    "pause": "Dừng",
    "space": "Phím cách",
    "spoken": "{time}: nhận {received}, đang mở {open}, quá hạn {overdue}, đã trả lời {closed}",
    "step.received": "Tiếp nhận",
    "step.planned": "Hẹn ngày giao",
    "step.assigned": "Đã giao",
    "step.in_progress": "Đang xử lý",
    "step.resolved": "Có kết quả",
    "step.closed": "Đã trả lời",
    "step.cancelled": "Đã hủy",
    "topic.none": "Chưa phân loại",
  },
  {
    "loading": "Loading the day…",
    "failed": "The day could not be loaded. Check the connection, then press Show.",
    "empty": "Nothing was written down on this day yet.",
    "play": "Play",
    "pause": "Pause",
    "space": "Space",
    "spoken": "{time}: {received} received, {open} open, {overdue} overdue, {closed} answered",
    "step.received": "Received",
    "step.planned": "Planned",
    "step.assigned": "Assigned",
    "step.in_progress": "In progress",
    "step.resolved": "Result given",
    "step.closed": "Answered",
    "step.cancelled": "Cancelled",
    "topic.none": "Not classified",
  },
);
