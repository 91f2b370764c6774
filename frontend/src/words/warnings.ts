import { section } from "../words";

/** Warnings of weather and disaster on maps. */
export const say = section(
  {
    until: "đến {clock} {day}",
    "severity.Extreme": "Đặc biệt nghiêm trọng",
    "severity.Severe": "Nghiêm trọng",
    "severity.Moderate": "Vừa",
    "severity.Minor": "Nhẹ",
    "severity.Unknown": "Chưa rõ mức độ",
    "area.unmapped": "{area} (nguồn không cho ranh giới)",
    source: "{source}, {clock} {day}",
  },
  {
    until: "until {clock} {day}",
    "severity.Extreme": "Extreme",
    "severity.Severe": "Severe",
    "severity.Moderate": "Moderate",
    "severity.Minor": "Minor",
    "severity.Unknown": "Severity not known",
    "area.unmapped": "{area} (the source gives no borders)",
    source: "{source}, {clock} {day}",
  },
);
