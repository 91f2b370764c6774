/** Names that payloads leave out: categories, agencies, areas. From /live/reference.json, a versioned document. */
import { getJson } from "../page";
import { language } from "../words";

interface Named {
  name: string;
}

export interface Reference {
  categories: Record<string, Named & { group: number }>;
  agencies: Record<string, Named & { short_name?: string }>;
  /** By set, then code. */
  areas: Record<string, Record<string, Named & { parent?: string; level?: string }>>;
}

export class Names {
  reference: Reference = { categories: {}, agencies: {}, areas: {} };

  async load(): Promise<void> {
    this.reference = { ...this.reference, ...(await getJson<Partial<Reference>>(`/live/reference.json?lang=${language}`)) };
  }

  category(code: string | null): string {
    return code === null ? "" : (this.reference.categories[code]?.name ?? code);
  }

  agency(id: number): string {
    const agency = this.reference.agencies[String(id)];
    return agency?.short_name || agency?.name || `#${id}`;
  }

  area(set: string, code: string): string {
    return this.reference.areas[set]?.[code]?.name ?? code;
  }

  /** "Phường Phú Hòa, Thủ Dầu Một"; empty when nobody knows the place. */
  place(area: { set: string; ward: string; district: string } | null): string {
    if (!area) return "";
    return [area.ward, area.district]
      .filter((code) => code !== "")
      .map((code) => this.area(area.set, code))
      .join(", ");
  }

  /** "P. Phú Hòa, Thủ Dầu Một": the same in a narrow column, with the usual short forms. */
  shortPlace(area: { set: string; ward: string; district: string } | null): string {
    if (!area) return "";
    const district = area.district ? this.area(area.set, area.district) : "";
    if (!area.ward) return abbreviated(district);
    const ward = abbreviated(this.area(area.set, area.ward));
    return district ? `${ward}, ${district.replace(KIND, "")}` : ward;
  }
}

const KIND = /^(Phường|Thị trấn|Thành phố|Thị xã|Huyện|Quận) /;
const SHORT: Record<string, string> = { Phường: "P.", "Thị trấn": "TT.", "Thành phố": "TP.", "Thị xã": "TX.", Huyện: "H.", Quận: "Q." };
const abbreviated = (name: string): string => name.replace(KIND, (_, kind: string) => `${SHORT[kind]} `);
