/** Every page: fonts, the design's values, the theme switch, times that stay right, forms that go through the outbox. */
import "../styles/fonts.css";
import "../styles/tokens.css";
import "../styles/base.css";
import { setTheme, theme } from "./page";
import { keepTimes } from "./time";
import { say } from "./words/base";

function themeSwitch(button: HTMLButtonElement): void {
  const draw = (): void => {
    const next = theme() === "dark" ? "light" : "dark";
    button.textContent = say(`theme.${next}`);
  };
  button.addEventListener("click", () => {
    setTheme(theme() === "dark" ? "light" : "dark");
    draw();
  });
  draw();
}

document.querySelectorAll<HTMLButtonElement>("button[data-theme-switch]").forEach(themeSwitch);
keepTimes();
