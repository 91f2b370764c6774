import { section } from "../words";

/** The wall. */
export const say = section(
  {
    "live.on": "Trực tiếp",
    "live.off": "Mất kết nối · số liệu cách đây {age}",
    "age.fresh": "Số liệu cập nhật lúc {time}",
    "age.stale": "Số liệu cũ: từ {time}, cách đây {age}",
    "revoked": "Đường dẫn của màn hình này không còn hiệu lực. Xin đường dẫn mới từ tổng đài 1022.",
    "trouble": "Không tải được bản đồ. Số liệu vẫn cập nhật.",
    "topic.none": "Chưa phân loại",
    "place.none": "Chưa rõ nơi",
    "days": "· {n} ngày qua",
    "percent": "{n} %",
    "no-agencies": "Chưa có cơ quan nào được giao việc.",
    "overdue": "quá hạn",
  },
  {
    "live.on": "Live",
    "live.off": "No connection · figures from {age} ago",
    "age.fresh": "Figures as of {time}",
    "age.stale": "Old figures: from {time}, {age} ago",
    "revoked": "This screen's link is not valid any more. Ask hotline 1022 for a new one.",
    "trouble": "The map could not be loaded. The figures go on.",
    "topic.none": "Not classified",
    "place.none": "Place not known",
    "days": "· last {n} days",
    "percent": "{n} %",
    "no-agencies": "No agency has been given anything yet.",
    "overdue": "overdue",
  },
);
