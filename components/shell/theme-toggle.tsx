"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";

export type Theme = "system" | "light" | "dark";

const ORDER: Theme[] = ["system", "light", "dark"];
const ICONS = { system: Monitor, light: Sun, dark: Moon };
const LABELS = { system: "as the system", light: "light", dark: "dark" };

/** The choice is a cookie, so that the server draws the right colours at once. */
export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const Icon = ICONS[theme];
  const next = () => {
    const chosen = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length] ?? "system";
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is there on HTTPS and loopback only, and a studio in a local network has plain HTTP.
    document.cookie = `codetune_theme=${chosen}; path=/; max-age=31536000; samesite=lax`;
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    setTheme(chosen);
  };
  return (
    <button
      type="button"
      onClick={next}
      title={`Colours: ${LABELS[theme]}. Press to change.`}
      aria-label={`Colours: ${LABELS[theme]}. Press to change.`}
      className="inline-flex size-8 items-center justify-center rounded-md text-text-2 hover:bg-surface-2 hover:text-text"
    >
      <Icon aria-hidden className="size-4" />
    </button>
  );
}
