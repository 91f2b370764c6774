import { section } from "../words";

export const say = section(
  {
    "map.zoom-in": "Phóng to",
    "map.zoom-out": "Thu nhỏ",
    "state.clear": "rõ ràng",
    "state.none": "không có quy tắc",
    "state.contradiction": "mâu thuẫn",
  },
  {
    "map.zoom-in": "Zoom in",
    "map.zoom-out": "Zoom out",
    "state.clear": "clear",
    "state.none": "no rule",
    "state.contradiction": "contradiction",
  },
);
