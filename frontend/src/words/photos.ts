import { section } from "../words";

/** Choosing photos, for citizens and for agencies. */
export const say = section(
  {
    "photos.many": "Nhiều nhất {n} ảnh. {left} ảnh sau cùng không được thêm vào.",
    "photos.large": "Ảnh “{name}” lớn hơn {mb} MB nên không gửi được.",
    "photos.remove": "Bỏ ảnh {name}",
    "photos.alt": "Ảnh đã chọn {n}: {name}",
  },
  {
    "photos.many": "At most {n} photos. The last {left} were not added.",
    "photos.large": "The photo “{name}” is larger than {mb} MB and cannot be sent.",
    "photos.remove": "Remove photo {name}",
    "photos.alt": "Chosen photo {n}: {name}",
  },
);
