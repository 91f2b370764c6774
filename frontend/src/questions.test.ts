import { beforeEach, describe, expect, it } from "vitest";
import { chooseByDigit, showQuestions } from "./questions";

describe("extra questions of a category", () => {
  beforeEach(() => {
    document.body.innerHTML = `<form>
      <fieldset data-questions-of="road"><div data-question="singlevaluelist"><select><option value=""></option><option value="a">1</option></select></div></fieldset>
      <fieldset data-questions-of="trees"><div data-question="multivaluelist"><input type="checkbox"><input type="checkbox"></div></fieldset></form>`;
  });

  it("are shown for the chosen category alone", () => {
    const form = document.querySelector("form")!;
    expect(showQuestions(form, "trees")).toBe(true);
    expect([...form.querySelectorAll("fieldset")].map((one) => one.hidden)).toEqual([true, false]);
    expect(showQuestions(form, "")).toBe(false);
  });

  it("are answered by a digit", () => {
    const select = document.querySelector("select")!;
    expect(chooseByDigit(select, "1")).toBe("chosen");
    expect(select.value).toBe("a");
    expect(chooseByDigit(select, "2")).toBeNull();
    const [, second] = document.querySelectorAll("input");
    expect(chooseByDigit(document.querySelector("input"), "2")).toBe("ticked");
    expect(second!.checked).toBe(true);
  });
});
