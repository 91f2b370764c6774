import { section } from "../words";

export const say = section(
  {
    "map.zoom-in": "Phóng to",
    "map.zoom-out": "Thu nhỏ",
    "place.outside": "Nằm ngoài các địa giới đang có hiệu lực.",
    "state.clear": "rõ ràng",
    "state.none": "không có quy tắc",
    "state.contradiction": "mâu thuẫn",
  },
  {
    "map.zoom-in": "Zoom in",
    "map.zoom-out": "Zoom out",
    "place.outside": "Outside the areas in force.",
    "state.clear": "clear",
    "state.none": "no rule",
    "state.contradiction": "contradiction",
  },
);
