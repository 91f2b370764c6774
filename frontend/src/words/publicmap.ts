import { section } from "../words";

/** Words of the public map. */
export const say = section(
  {
    count: "{n} phản ánh trên bản đồ",
    failed: "Chưa tải được bản đồ. Xin tải lại trang.",
    "zoom-in": "Phóng to",
    "zoom-out": "Thu nhỏ",
    photo: "Xem ảnh",
  },
  {
    count: "{n} reports on the map",
    failed: "The map could not be loaded. Please load the page again.",
    "zoom-in": "Zoom in",
    "zoom-out": "Zoom out",
    photo: "See the photo",
  },
);
