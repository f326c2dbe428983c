"use client";
import { useEffect, useRef, useState } from "react";

/**
 * State of a form that a reload does not take away: kept for this tab of the browser until `forget` is called. The first
 * drawing has `start`, as the server's; what was kept comes right after it.
 */
export function useDraft<T extends object>(key: string, start: T): [T, (change: Partial<T>) => void, () => void] {
  const [values, setValues] = useState(start);
  const hasRestored = useRef(false);
  useEffect(() => {
    if (hasRestored.current) return;
    hasRestored.current = true;
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "null") as Partial<T> | null;
      if (kept !== null) setValues((now) => ({ ...now, ...kept }));
    } catch {
      // A draft of another version is of no use.
    }
  }, [key]);
  const set = (change: Partial<T>) =>
    setValues((now) => {
      const next = { ...now, ...change };
      try {
        sessionStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Full or forbidden: then it is kept for this page only.
      }
      return next;
    });
  const forget = () => {
    try {
      sessionStorage.removeItem(key);
    } catch {
      // It could not be kept either.
    }
  };
  return [values, set, forget];
}
