"use client";
import { useSyncExternalStore } from "react";

const TOKENS = [
  "--text-2",
  "--text-3",
  "--grid",
  "--surface",
  "--line-strong",
  "--series-1",
  "--series-2",
  "--series-3",
  "--series-4",
] as const;
export type ChartToken = (typeof TOKENS)[number];
export type ChartColors = Record<ChartToken, string>;

const cache = new Map<string, ChartColors>();

const themeKey = (): string =>
  document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** A canvas can't read CSS variables, so each token is resolved by an element that wears it. */
function resolveColors(): ChartColors {
  const key = themeKey();
  const known = cache.get(key);
  if (known !== undefined) return known;
  const probe = document.createElement("span");
  document.body.append(probe);
  const entries = TOKENS.map((token) => {
    probe.style.color = `var(${token})`;
    return [token, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  const colors = Object.fromEntries(entries) as ChartColors;
  cache.set(key, colors);
  return colors;
}

function subscribe(onChange: () => void): () => void {
  const media = matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  media.addEventListener("change", onChange);
  return () => {
    observer.disconnect();
    media.removeEventListener("change", onChange);
  };
}

/** The design tokens that charts use, as colours of the theme that is on now. Browser only. */
export const useChartColors = (): ChartColors => useSyncExternalStore(subscribe, resolveColors);
