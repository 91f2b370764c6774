/**
 * True counts: clusters over the filtered set, not over a map source (filters of layers do not change a source's counts).
 * Pure; the room runs it in a worker, the simple map on the page.
 */
import type { Feature, FeatureCollection, Point } from "geojson";
import Supercluster from "supercluster";

export interface PointProperties {
  id: number;
  icon: string;
  emergency: 0 | 1;
  overdue: 0 | 1;
}

export interface Counted {
  emergency: number;
  overdue: number;
}

export type ShownProperties =
  | PointProperties
  | (Counted & { cluster: true; cluster_id: number; point_count: number; label: string });

export type Shown = FeatureCollection<Point, ShownProperties>;
export type PointFeature = Feature<Point, PointProperties>;
export type Box = [west: number, south: number, east: number, north: number];

/** The last zoom with clusters on MapLibre: above it each incident is a point of its own. */
export const CLUSTERED_TO = 12;

export class Clusters {
  private index: Supercluster<PointProperties, Counted>;

  /** Clusters at this zoom and below. */
  constructor(private readonly last = 16) {
    // Loaded, though with nothing: a board that is still empty can be asked too.
    this.index = this.make().load([]);
  }

  private make(): Supercluster<PointProperties, Counted> {
    return new Supercluster<PointProperties, Counted>({
      radius: 46,
      maxZoom: this.last,
      minPoints: 3,
      map: (properties) => ({ emergency: properties.emergency, overdue: properties.overdue }),
      reduce: (sum, one) => {
        sum.emergency += one.emergency;
        sum.overdue += one.overdue;
      },
    });
  }

  load(points: PointFeature[]): void {
    this.index = this.make().load(points);
  }

  shown(box: Box, zoom: number): Shown {
    const features = this.index.getClusters(box, Math.floor(zoom)).map((feature): Shown["features"][number] => {
      if (!("cluster" in feature.properties)) return feature as PointFeature;
      const { cluster_id, point_count, emergency, overdue } = feature.properties;
      return {
        type: "Feature",
        geometry: feature.geometry,
        properties: { cluster: true, cluster_id, point_count, emergency, overdue, label: short(point_count) },
      };
    });
    return { type: "FeatureCollection", features };
  }

  /** The zoom at which a cluster falls apart, and up to `most` of the ids in it. */
  open(cluster: number, most: number): { zoom: number; ids: number[] } {
    return {
      zoom: this.index.getClusterExpansionZoom(cluster),
      ids: this.index.getLeaves(cluster, most).map((leaf) => leaf.properties.id),
    };
  }
}

/** 1,234 as "1,2k": three characters fit a circle. */
function short(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0).replace(".", ",")}k`;
}

export type Ask =
  | { kind: "change"; put: PointFeature[]; drop: number[] }
  | { kind: "shown"; ticket: number; box: Box; zoom: number }
  | { kind: "open"; ticket: number; cluster: number; most: number };

export type Told =
  | { kind: "shown"; ticket: number; shown: Shown }
  | { kind: "open"; ticket: number; opened: { zoom: number; ids: number[] } };
