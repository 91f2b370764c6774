/**
 * Points drawn straight by the graphics card: 50,000 places are one small buffer, and a change is drawn with the next frame.
 * As a source of the map each change would cut, lay out, collide and upload all of them, and the map's other symbols, anew.
 */
import type { CustomLayerInterface, Map as LibreMap } from "maplibre-gl";
import { MercatorCoordinate } from "maplibre-gl";

/** Pixels of a picture for one of the page, where they cannot be those of the screen. */
const SHARPNESS = 2;
/** Place (two numbers), picture, size in pixels of the page, turn (radians clockwise), ink (0 to 1), and how many pixels ahead of
 * its place, the way it is turned. */
const NUMBERS = 7;

/** All pictures a layer can draw, by their place in `names`; each is drawn into the upper left of a square cell. */
export interface Sheet {
  names: readonly string[];
  /** Pixels of the page. */
  cell: number;
  /** Whether any of them is ever turned or pale. Others are drawn pixel for pixel where the screen has whole ones for each of
   * the page: sharper, and a quarter cheaper where a program draws in a card's place. */
  turns: boolean;
  /** Puts a picture, `sharpness` times as large as on the page, at (x, 0). */
  put(pen: CanvasRenderingContext2D, name: string, x: number, sharpness: number): void;
}

export interface Place {
  x: number;
  y: number;
}

// Points, one number row each: a program that draws in a card's place takes each instance of an instanced square for a drawing of its own.
const vertex = ({ names, cell }: Sheet): string => `#version 300 es
in vec2 place;
in float picture;
in float size;
in float turn;
in float ink;
in float ahead;
uniform vec2 origin;
uniform vec2 screen;
uniform float world;
uniform float sharpness;
uniform bool snaps;
flat out vec4 part;
flat out vec2 way;
flat out float strength;
void main() {
  vec2 pixel = origin + place * world + ahead * vec2(sin(turn), -cos(turn));
  // A picture's edges on the edges of pixels.
  if (snaps) pixel = (floor((pixel - size / 2.0) * sharpness + 0.5) / sharpness) + size / 2.0;
  gl_Position = vec4(2.0 * pixel.x / screen.x - 1.0, 1.0 - 2.0 * pixel.y / screen.y, 0.0, 1.0);
  gl_PointSize = size * sharpness;
  part = vec4(picture / ${names.length}.0, 0.0, size / ${cell * names.length}.0, size / ${cell}.0);
  way = vec2(cos(turn), sin(turn));
  strength = ink;
}`;

const fragment = ({ turns }: Sheet): string => `#version 300 es
precision highp float;
uniform sampler2D pictures;
flat in vec4 part;
flat in vec2 way;
flat in float strength;
out vec4 colour;
void main() {
${
  turns
    ? `  vec2 corner = gl_PointCoord - 0.5;
  vec2 turned = vec2(corner.x * way.x + corner.y * way.y, corner.y * way.x - corner.x * way.y);
  float inside = step(max(abs(turned.x), abs(turned.y)), 0.5);
  colour = texture(pictures, part.xy + (turned + 0.5) * part.zw) * strength * inside;`
    : `  colour = texture(pictures, part.xy + gl_PointCoord * part.zw);`
}
}`;

/** Rows of numbers, one for each picture to draw; later ones lie on earlier ones. */
export class Rows {
  private readonly numbers: Float32Array<ArrayBuffer>;
  private used = 0;

  /** `origin`: whole coordinates of the world are too coarse in 32 bits. */
  constructor(
    most: number,
    private readonly origin: Place,
  ) {
    this.numbers = new Float32Array(most * NUMBERS);
  }

  add({ x, y }: Place, picture: number, size: number, turn = 0, ink = 1, ahead = 0): void {
    const { numbers } = this;
    let at = NUMBERS * this.used;
    numbers[at] = x - this.origin.x;
    numbers[(at += 1)] = y - this.origin.y;
    numbers[(at += 1)] = picture;
    numbers[(at += 1)] = size;
    numbers[(at += 1)] = turn;
    numbers[(at += 1)] = ink;
    numbers[(at += 1)] = ahead;
    this.used += 1;
  }

  get all(): Float32Array<ArrayBuffer> {
    return this.numbers.subarray(0, NUMBERS * this.used);
  }
}

/** Which rows lie within `slack` pixels of a pixel, the uppermost first. `origin` and `world`: where the map draws. */
export function rowsAt(numbers: Float32Array, pixel: Place, slack: number, origin: Place, world: number): number[] {
  const found: number[] = [];
  for (let row = numbers.length / NUMBERS - 1; row >= 0; row -= 1) {
    const at = row * NUMBERS;
    const reach = numbers[at + 3]! / 2 + slack;
    if (Math.abs(origin.x + numbers[at]! * world - pixel.x) > reach) continue;
    if (Math.abs(origin.y + numbers[at + 1]! * world - pixel.y) <= reach) found.push(row);
  }
  return found;
}

interface Made {
  program: WebGLProgram;
  rows: WebGLBuffer;
  table: WebGLVertexArrayObject;
  texture: WebGLTexture;
}

/** A layer of the map; the map never turns or tilts, so a place is a point and a scale. */
export class PointShapes implements CustomLayerInterface {
  readonly type = "custom";
  readonly origin: Place;
  private map: LibreMap | null = null;
  private made: Made | null = null;
  private numbers = new Float32Array();
  private isChanged = true;
  /** Pixels of a picture for one of the page, as they were painted; 0: they are to be painted. */
  private painted = 0;

  /** `near` is a place in the territory: longitude, latitude. */
  constructor(
    readonly id: string,
    private readonly sheet: Sheet,
    private readonly near: [number, number],
  ) {
    this.origin = MercatorCoordinate.fromLngLat(near);
  }

  /** Draws these and nothing else, with the next frame. */
  show(rows: Rows): void {
    this.numbers = rows.all;
    this.isChanged = true;
    this.map?.triggerRepaint();
  }

  /** Which rows are drawn within `slack` pixels of a pixel of the map's box, the uppermost first. */
  at(pixel: Place, slack: number): number[] {
    return this.map ? rowsAt(this.numbers, pixel, slack, this.map.project(this.near), this.world()) : [];
  }

  /** The theme has changed: the pictures have other colours. */
  repaint(): void {
    this.painted = 0;
    this.map?.triggerRepaint();
  }

  onAdd(map: LibreMap): void {
    this.map = map;
  }

  onRemove(): void {
    this.made = null;
  }

  /** Pixels of the page across the whole world. */
  private world(): number {
    return 512 * 2 ** this.map!.getZoom();
  }

  /** On the first drawing, and after a lost context: only while it draws may a layer bind what the map does not know of. */
  private make(gl: WebGL2RenderingContext): Made {
    const program = gl.createProgram();
    for (const [kind, text] of [
      [gl.VERTEX_SHADER, vertex(this.sheet)],
      [gl.FRAGMENT_SHADER, fragment(this.sheet)],
    ] as const) {
      const shader = gl.createShader(kind)!;
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    const table = gl.createVertexArray();
    gl.bindVertexArray(table);
    const rows = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, rows);
    for (const [name, numbers, from] of [
      ["place", 2, 0],
      ["picture", 1, 2],
      ["size", 1, 3],
      ["turn", 1, 4],
      ["ink", 1, 5],
      ["ahead", 1, 6],
    ] as const) {
      const place = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, numbers, gl.FLOAT, false, 4 * NUMBERS, 4 * from);
    }
    gl.bindVertexArray(null);
    this.isChanged = true;
    this.painted = 0;
    return { program, rows, table, texture: gl.createTexture() };
  }

  /** All pictures side by side. */
  private pictures(sharpness: number): HTMLCanvasElement {
    const { names, cell, put } = this.sheet;
    const canvas = document.createElement("canvas");
    canvas.width = cell * sharpness * names.length;
    canvas.height = cell * sharpness;
    const pen = canvas.getContext("2d")!;
    names.forEach((name, at) => put(pen, name, at * cell * sharpness, sharpness));
    return canvas;
  }

  render(gl: WebGL2RenderingContext): void {
    const { map } = this;
    if (!map || !this.numbers.length) return;
    this.made ??= this.make(gl);
    const { made } = this;
    const { program } = made;
    const { clientWidth, clientHeight } = map.getContainer();
    const origin = map.project(this.near);
    const ratio = gl.drawingBufferWidth / clientWidth;
    const snaps = !this.sheet.turns && Number.isInteger(ratio);
    const sharpness = snaps ? ratio : SHARPNESS;
    gl.useProgram(program);
    gl.bindVertexArray(made.table);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, made.texture);
    if (this.painted !== sharpness) {
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, this.pictures(sharpness));
      for (const edge of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, edge, gl.CLAMP_TO_EDGE);
      for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, snaps ? gl.NEAREST : gl.LINEAR);
      this.painted = sharpness;
    }
    if (this.isChanged) {
      gl.bindBuffer(gl.ARRAY_BUFFER, made.rows);
      gl.bufferData(gl.ARRAY_BUFFER, this.numbers, gl.DYNAMIC_DRAW);
      this.isChanged = false;
    }
    gl.uniform2f(gl.getUniformLocation(program, "origin"), origin.x, origin.y);
    gl.uniform2f(gl.getUniformLocation(program, "screen"), clientWidth, clientHeight);
    gl.uniform1f(gl.getUniformLocation(program, "world"), this.world());
    gl.disable(gl.DEPTH_TEST);
    gl.uniform1f(gl.getUniformLocation(program, "sharpness"), ratio);
    gl.uniform1i(gl.getUniformLocation(program, "snaps"), Number(snaps));
    gl.drawArrays(gl.POINTS, 0, this.numbers.length / NUMBERS);
    gl.bindVertexArray(null);
  }
}
