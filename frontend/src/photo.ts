/** The page where faces and number plates on a photo are covered: by the mouse, by a finger, or by keys alone. */
import "./staff";
import "../styles/photo.css";
import { type Box, MOST, STEP, WHOLE, between, moved, sized } from "./photo/boxes";
import { say } from "./words/photo";

const SVG = "http://www.w3.org/2000/svg";
const picture = document.querySelector<SVGSVGElement>("svg[data-redact]");
const form = document.querySelector<HTMLFormElement>('form[action$="/redaction"]');
if (picture && form) cover(picture, form);

function cover(picture: SVGSVGElement, form: HTMLFormElement): void {
  const { width, height } = picture.viewBox.baseVal;
  const field = form.elements.namedItem("boxes") as HTMLInputElement;
  const says = form.querySelector<HTMLElement>("[data-redact-says]")!;
  const backButton = form.querySelector<HTMLButtonElement>("[data-back]")!;
  const layer = picture.appendChild(document.createElementNS(SVG, "g"));
  let boxes = JSON.parse(picture.dataset.boxes ?? "[]") as Box[];
  const before: Box[][] = [];

  const place = (rect: SVGRectElement, [x, y, w, h]: Box): void => {
    for (const [name, value] of Object.entries({ x: (x * width) / WHOLE, y: (y * height) / WHOLE, width: (w * width) / WHOLE, height: (h * height) / WHOLE })) rect.setAttribute(name, String(value));
  };

  function draw(focus = -1): void {
    layer.replaceChildren(
      ...boxes.map((box, at) => {
        const rect = document.createElementNS(SVG, "rect");
        rect.setAttribute("class", "redact-box");
        rect.setAttribute("tabindex", "0");
        rect.setAttribute("role", "img");
        rect.dataset.at = String(at);
        const [x, y, w, h] = box.map((part) => Math.round(part / 100)) as Box;
        rect.setAttribute("aria-label", say("box", { n: at + 1, x, y, w, h }));
        place(rect, box);
        return rect;
      }),
    );
    field.value = JSON.stringify(boxes);
    backButton.disabled = before.length === 0;
    says.textContent = boxes.length ? say("count", { n: boxes.length }) : say("none");
    if (focus >= 0) (layer.children[focus] as SVGRectElement | undefined)?.focus();
  }

  function become(next: Box[], focus = -1): void {
    before.push(boxes);
    boxes = next;
    draw(focus);
  }

  const put = (at: number, box: Box): Box[] => boxes.map((one, index) => (index === at ? box : one));

  function add(box: Box): void {
    if (boxes.length < MOST) become([...boxes, box], boxes.length);
    else says.textContent = say("full", { n: MOST });
  }

  function back(): void {
    const last = before.pop();
    if (!last) return;
    boxes = last;
    draw(boxes.length - 1);
  }

  const corner = (event: PointerEvent): [number, number] => {
    const { left, top, width: shownWidth, height: shownHeight } = picture.getBoundingClientRect();
    return [((event.clientX - left) / shownWidth) * WHOLE, ((event.clientY - top) / shownHeight) * WHOLE];
  };

  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const rect = event.target instanceof SVGRectElement && event.target.dataset.at ? event.target : null;
    const from = corner(event);
    const at = rect ? Number(rect.dataset.at) : -1;
    const held = boxes[at];
    const drawn = rect ?? layer.appendChild(document.createElementNS(SVG, "rect"));
    if (!rect) drawn.setAttribute("class", "redact-box");
    rect?.focus();
    event.preventDefault();
    picture.setPointerCapture(event.pointerId);
    const now = (move: PointerEvent): Box | null => {
      const to = corner(move);
      return held ? moved(held, to[0] - from[0], to[1] - from[1]) : between(from, to);
    };
    const drag = (move: PointerEvent): void => {
      const box = now(move);
      if (box) place(drawn, box);
    };
    const done = (end: PointerEvent): void => {
      for (const name of ["pointerup", "pointercancel"] as const) picture.removeEventListener(name, done);
      picture.removeEventListener("pointermove", drag);
      const box = end.type === "pointerup" ? now(end) : null;
      if (held && box && String(box) !== String(held)) become(put(at, box), at);
      else if (!held && box) add(box);
      else draw(at);
    };
    picture.addEventListener("pointermove", drag);
    for (const name of ["pointerup", "pointercancel"] as const) picture.addEventListener(name, done);
  });

  picture.addEventListener("keydown", (event) => {
    const at = event.target instanceof SVGRectElement ? Number(event.target.dataset.at) : -1;
    const box = boxes[at];
    if (!box || event.isComposing) return;
    const way = ({ ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] } as Record<string, [number, number]>)[event.key];
    if (way) become(put(at, event.shiftKey ? sized(box, ...way) : moved(box, ...way)), at);
    else if (event.key === "Delete" || event.key === "Backspace") become(boxes.filter((_, one) => one !== at), Math.min(at, boxes.length - 2));
    else return;
    event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const writing = event.target instanceof HTMLInputElement && event.target.type !== "checkbox";
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") form.requestSubmit();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") back();
    else if (event.key.toLowerCase() === "n" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) add([4000, 4000, 2000, 2000]);
    else return;
    event.preventDefault();
  });
  form.querySelector("[data-add]")!.addEventListener("click", () => add([4000, 4000, 2000, 2000]));
  backButton.addEventListener("click", back);
  draw();
}
