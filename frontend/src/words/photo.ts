import { section } from "../words";

/** Covering parts of a photo. */
export const say = section(
  {
    box: "Ô che {n}: cách trái {x} %, cách trên {y} %, rộng {w} %, cao {h} %. Phím mũi tên để dời, giữ Shift để đổi cỡ, Delete để xóa.",
    count: "{n} ô che",
    none: "Chưa có ô che nào",
    full: "Đã đủ {n} ô che, không thêm được nữa.",
  },
  {
    box: "Box {n}: {x} % from the left, {y} % from the top, {w} % wide, {h} % high. Arrow keys move it, with Shift they change its size, Delete removes it.",
    count: "{n} boxes",
    none: "No box yet",
    full: "There are {n} boxes already, no more can be added.",
  },
);
