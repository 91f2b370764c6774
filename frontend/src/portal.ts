/** The citizen's page for a report. */
import "./base";
import "../styles/public.css";
import "../styles/portal.css";
import { readDraft } from "./drafts";
import { element } from "./element";
import { showErrors } from "./forms";
import type { Entry } from "./outbox";
import { photos } from "./photos";
import { isApp, register } from "./portal/app";
import { chat } from "./portal/chat";
import { remember } from "./portal/mine";
import { place } from "./portal/place";
import { steps } from "./portal/steps";
import { outbox } from "./sending";
import { clock } from "./time";
import { say } from "./words/portal";

const form = document.querySelector<HTMLFormElement>("form#report");
if (form) wire(form);
chat();
register();

function wire(form: HTMLFormElement): void {
  const value = (name: string): string => {
    const field = form.elements.namedItem(name);
    return field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
      ? field.value.trim()
      : "";
  };
  (form.elements.namedItem("app") as HTMLInputElement).value = isApp() ? "1" : "";
  const limits = { most: Number(form.dataset.mostPhotos), bytes: Number(form.dataset.photoBytes) };
  const note = (text: string): void => {
    form.querySelector("[data-photo-note]")!.textContent = text;
  };
  const chosen = photos(form, limits, drawReview, note);
  const where = place(form, drawReview);

  /** Checks one step with the same sentences as the server's; the server decides in the end. */
  function complete(name: string): boolean {
    const wrong: Record<string, string> = {};
    if (name === "what" && !/[\p{L}\p{N}]{2}/u.test(value("words"))) wrong.words = say("words.missing");
    if (name === "who") {
      if (value("kind") === "organisation" && !value("organisation")) wrong.organisation = say("organisation.missing");
      if (value("kind") === "behalf" && !value("on_behalf_of")) wrong.on_behalf_of = say("behalf.missing");
      if (value("kind") !== "anonymous" && value("phone") && value("phone").replace(/\D/g, "").length < 8) wrong.phone = say("phone.wrong");
      if (value("kind") !== "anonymous" && value("email") && !/^\S+@\S+\.\S+$/.test(value("email"))) wrong.email = say("email.wrong");
    }
    showErrors(form, wrong);
    return Object.keys(wrong).length === 0;
  }

  const walk = steps(form, complete, (name) => name === "review" && drawReview());

  function drawReview(): void {
    const topic = form.querySelector<HTMLInputElement>("input[name=category]:checked");
    const topicName = topic?.value ? topic.closest("label")!.textContent!.trim() : say("review.topic.none");
    const whom = { organisation: value("organisation"), behalf: say("review.behalf", { whom: value("on_behalf_of") }) }[value("kind")] ?? "";
    const who = value("kind") === "anonymous" ? [] : [whom, value("name"), value("phone"), value("email")];
    const rows: [label: string, text: string, step: number, quote?: boolean][] = [
      [say("review.words"), value("words"), 0, true],
      [say("review.photos"), say("review.photos.count", { n: chosen.files().length }), 0],
      [say("review.topic"), topicName, 0],
      [say("review.where"), where.words(), 1],
      [say("review.who"), who.filter(Boolean).join(" · ") || say("review.who.none"), 2],
    ];
    form.querySelector("[data-review]")!.replaceChildren(
      ...rows
        .filter(([label]) => label !== say("review.photos") || chosen.files().length > 0)
        .map(([label, text, step, quote]) => {
          const change = element("button", { type: "button", class: "button button-quiet", text: say("review.change"), "aria-label": say("review.change.of", { what: label }) });
          change.addEventListener("click", () => walk.show(step));
          return element("div", {}, element("dt", { text: label }), element("dd", {}, element("span", { class: quote ? "citizen-words" : "", text }), change));
        }),
    );
  }

  // The chosen topic is seen while its list is closed.
  const drawTopic = (): void => {
    const topic = form.querySelector<HTMLInputElement>("input[name=category]:checked");
    const box = form.querySelector<HTMLElement>("[data-topic-chosen]");
    if (box) box.textContent = topic?.value ? `· ${topic.closest("label")!.textContent!.trim()}` : "";
  };
  form.addEventListener("change", drawTopic);
  form.addEventListener("draft:restored", drawTopic);
  drawTopic();

  /** The extra questions of a topic, fetched when it is chosen; without a network nothing more is asked. */
  const more = form.querySelector<HTMLElement>("[data-questions]")!;
  async function askMore(category: string): Promise<void> {
    if (more.dataset.of === category) return;
    more.dataset.of = category;
    let text = "";
    try {
      const answer = category ? await fetch(`${more.dataset.questions}?category=${encodeURIComponent(category)}`) : null;
      if (answer?.ok) text = await answer.text();
    } catch {
      // The form is whole without them.
    }
    if (more.dataset.of !== category) return;
    more.replaceChildren(document.createRange().createContextualFragment(text));
    const kept = readDraft(form.dataset.draft!)?.fields ?? {};
    for (const field of more.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select, textarea")) {
      const before = kept[field.name];
      if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = before === "on";
      else if (before) field.value = before;
    }
  }

  // What is asked depends on for whom one speaks, and on the topic.
  const drawKind = (): void => {
    for (const box of form.querySelectorAll<HTMLElement>("[data-for-kind]")) box.hidden = box.dataset.forKind !== value("kind");
    for (const box of form.querySelectorAll<HTMLElement>("[data-not-for-kind]")) box.hidden = box.dataset.notForKind === value("kind");
    void askMore(value("category"));
  };
  form.addEventListener("change", drawKind);
  form.addEventListener("draft:restored", drawKind);
  drawKind();

  // Words that sound like danger: the telephone is faster than any form.
  const danger = form.querySelector<HTMLElement>("[data-danger]")!;
  const urgent = /(đang )?cháy|hỏa hoạn|cấp cứu|bất tỉnh|đuối nước|tai nạn|cướp|đánh nhau|đâm chém|rò rỉ? ?gas|on fire|unconscious|drowning|robbery|accident/iu;
  const drawDanger = (): void => {
    danger.textContent = urgent.test(value("words")) ? say("danger") : "";
  };
  form.addEventListener("input", drawDanger);
  form.addEventListener("draft:restored", drawDanger);
  drawDanger();

  // Errors of the server: go to the step of the first one.
  const toFirstError = (): void => {
    const field = form.querySelector<HTMLElement>("[aria-invalid=true]") ?? form.querySelector<HTMLElement>(".field-error");
    if (field && walk.holding(field) >= 0) walk.show(walk.holding(field), field);
  };
  form.addEventListener("outbox:invalid", () => setTimeout(toFirstError));
  toFirstError();

  // Kept for later: the form is done with, the page says what happens next.
  form.addEventListener("outbox:kept", (event) => {
    const { entry } = (event as CustomEvent<{ entry: Entry }>).detail;
    const another = element("button", { type: "button", class: "button", text: say("kept.another") });
    const card = element("section", { class: "card", tabindex: -1, "data-kept": entry.id }, element("h2", { class: "card-title", text: say("kept.title") }), element("p", { text: say("kept.words") }), another);
    another.addEventListener("click", () => {
      card.remove();
      form.reset();
      chosen.clear();
      form.hidden = false;
      walk.show(0);
    });
    form.hidden = true;
    form.before(card);
    card.focus();
  });
}

/** Reports that were kept and are sent now: their codes, wherever the citizen is on this page. */
outbox.watch((entry: Entry) => {
  const sent = entry.answer?.body as { code?: string; url?: string } | null | undefined;
  if (entry.status !== "accepted" || entry.url !== form?.getAttribute("action") || !sent?.code || !sent.url) return;
  remember(sent.code);
  // A form that is still waiting for this answer goes there itself.
  if (form.getAttribute("aria-busy") === "true") return;
  // What was said while there was no network is not true any more.
  document.querySelectorAll(`[data-kept="${entry.id}"] :is(h2, p)`).forEach((said) => said.remove());
  document.getElementById("sent-later")?.append(
    element("p", { class: "card" }, say("later.sent", { time: clock(entry.savedAt) }), " ", element("a", { class: "code-line", href: sent.url, text: sent.code })),
  );
});
