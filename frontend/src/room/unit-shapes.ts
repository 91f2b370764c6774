/**
 * Moving units as shapes drawn straight by the graphics card: 2,000 positions are one small buffer. As a source of the map each
 * move of any of them would lay out, collide and upload all of them, and the map's other symbols, anew.
 */
import type { CustomLayerInterface, Map as LibreMap } from "maplibre-gl";
import { MercatorCoordinate } from "maplibre-gl";
import { drawUnit, UNIT_IMAGES, type UnitsOnMap } from "./units";

/** The first picture is the arrow of the heading; `drawUnit` makes it as large as a cell, all others smaller. */
const CELL = 40;
const ARROW = UNIT_IMAGES.indexOf("unit-heading");
const SHAPE = 22;
const SHARPNESS = 2;
const STALE_INK = 0.45;
/** Place (two numbers), picture, turn, ink. */
const NUMBERS = 5;

// Points, one number row each: a program that draws in a card's place takes each instance of an instanced square for a drawing of its own.
const VERTEX = `#version 300 es
in vec2 place;
in float picture;
in float turn;
in float ink;
uniform vec2 origin;
uniform vec2 screen;
uniform float world;
uniform float sharpness;
flat out vec4 part;
flat out vec2 way;
flat out float strength;
void main() {
  float size = picture == ${ARROW}.0 ? ${CELL}.0 : ${SHAPE}.0;
  vec2 pixel = origin + place * world;
  gl_Position = vec4(2.0 * pixel.x / screen.x - 1.0, 1.0 - 2.0 * pixel.y / screen.y, 0.0, 1.0);
  gl_PointSize = size * sharpness;
  part = vec4(picture / ${UNIT_IMAGES.length}.0, 0.0, size / ${CELL * UNIT_IMAGES.length}.0, size / ${CELL}.0);
  way = vec2(cos(turn), sin(turn));
  strength = ink;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D pictures;
flat in vec4 part;
flat in vec2 way;
flat in float strength;
out vec4 colour;
void main() {
  vec2 corner = gl_PointCoord - 0.5;
  vec2 turned = vec2(corner.x * way.x + corner.y * way.y, corner.y * way.x - corner.x * way.y);
  float inside = step(max(abs(turned.x), abs(turned.y)), 0.5);
  colour = texture(pictures, part.xy + (turned + 0.5) * part.zw) * strength * inside;
}`;

/** One row of numbers for each picture to draw: all arrows first, so that no arrow lies on another unit's shape. */
export function instances(units: UnitsOnMap["units"]["features"], origin: { x: number; y: number }): Float32Array<ArrayBuffer> {
  const arrows = units.filter((unit) => unit.properties.heading !== undefined);
  const numbers = new Float32Array((units.length + arrows.length) * NUMBERS);
  let row = 0;
  const put = (unit: (typeof units)[number], picture: number, turn: number): void => {
    const [lon = 0, lat = 0] = unit.geometry.coordinates;
    const { x, y } = MercatorCoordinate.fromLngLat([lon, lat]);
    // From a point nearby: whole coordinates of the world are too coarse in 32 bits.
    numbers.set([x - origin.x, y - origin.y, picture, turn, unit.properties.stale ? STALE_INK : 1], row * NUMBERS);
    row += 1;
  };
  for (const unit of arrows) put(unit, ARROW, ((unit.properties.heading ?? 0) * Math.PI) / 180);
  for (const unit of units) put(unit, UNIT_IMAGES.indexOf(unit.properties.icon), 0);
  return numbers;
}

/** All pictures side by side. */
function pictures(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = CELL * SHARPNESS * UNIT_IMAGES.length;
  canvas.height = CELL * SHARPNESS;
  const pen = canvas.getContext("2d")!;
  UNIT_IMAGES.forEach((name, at) => pen.drawImage(drawUnit(name, SHARPNESS), at * CELL * SHARPNESS, 0));
  return canvas;
}

interface Made {
  program: WebGLProgram;
  rows: WebGLBuffer;
  table: WebGLVertexArrayObject;
  texture: WebGLTexture;
}

/** A layer of the map; the map never turns or tilts, so a place is a point and a scale. */
export class UnitShapes implements CustomLayerInterface {
  readonly id = "units";
  readonly type = "custom";
  private map: LibreMap | null = null;
  private made: Made | null = null;
  private readonly origin: MercatorCoordinate;
  private numbers = new Float32Array();
  private isMoved = true;
  private isRepainted = true;

  /** `near` is a place in the territory: longitude, latitude. */
  constructor(private readonly near: [number, number]) {
    this.origin = MercatorCoordinate.fromLngLat(near);
  }

  show(units: UnitsOnMap["units"]["features"]): void {
    this.numbers = instances(units, this.origin);
    this.isMoved = true;
    this.map?.triggerRepaint();
  }

  /** The theme has changed: the pictures have other colours. */
  repaint(): void {
    this.isRepainted = true;
    this.map?.triggerRepaint();
  }

  onAdd(map: LibreMap): void {
    this.map = map;
  }

  /** On the first drawing, and after a lost context: only while it draws may a layer bind what the map does not know of. */
  private make(gl: WebGL2RenderingContext): Made {
    const program = gl.createProgram();
    for (const [kind, text] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, FRAGMENT],
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
      ["turn", 1, 3],
      ["ink", 1, 4],
    ] as const) {
      const place = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, numbers, gl.FLOAT, false, 4 * NUMBERS, 4 * from);
    }
    gl.bindVertexArray(null);
    this.isMoved = this.isRepainted = true;
    return { program, rows, table, texture: gl.createTexture() };
  }

  onRemove(): void {
    this.made = null;
  }

  render(gl: WebGL2RenderingContext): void {
    const { map } = this;
    if (!map || !this.numbers.length) return;
    this.made ??= this.make(gl);
    const { made } = this;
    const { program } = made;
    const { clientWidth, clientHeight } = map.getContainer();
    const origin = map.project(this.near);
    gl.useProgram(program);
    gl.bindVertexArray(made.table);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, made.texture);
    if (this.isRepainted) {
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
      gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, pictures());
      for (const edge of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, edge, gl.CLAMP_TO_EDGE);
      for (const size of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, size, gl.LINEAR);
      this.isRepainted = false;
    }
    if (this.isMoved) {
      gl.bindBuffer(gl.ARRAY_BUFFER, made.rows);
      gl.bufferData(gl.ARRAY_BUFFER, this.numbers, gl.DYNAMIC_DRAW);
      this.isMoved = false;
    }
    gl.uniform2f(gl.getUniformLocation(program, "origin"), origin.x, origin.y);
    gl.uniform2f(gl.getUniformLocation(program, "screen"), clientWidth, clientHeight);
    gl.uniform1f(gl.getUniformLocation(program, "world"), 512 * 2 ** map.getZoom());
    gl.disable(gl.DEPTH_TEST);
    gl.uniform1f(gl.getUniformLocation(program, "sharpness"), gl.drawingBufferWidth / clientWidth);
    gl.drawArrays(gl.POINTS, 0, this.numbers.length / NUMBERS);
    gl.bindVertexArray(null);
  }
}
