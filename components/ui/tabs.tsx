"use client";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { cn } from "./cn";

export interface Tab {
  id: string;
  label: string;
  panel: ReactNode;
}

export interface TabsProps {
  /** What the tabs choose between, for screen readers. */
  label: string;
  tabs: readonly Tab[];
  /** The one that is open at first. */
  initial: string;
  /** Name in the address, so that a reload and a link keep the choice. */
  param: string;
}

/** Panels one at a time. All of them stay in the page, so that changing to another and back loses nothing that was typed. */
export function Tabs({ label, tabs, initial, param }: TabsProps) {
  const [open, setOpen] = useState(tabs.some(({ id }) => id === initial) ? initial : (tabs[0]?.id ?? ""));
  const list = useRef<HTMLDivElement>(null);
  const choose = (id: string) => {
    setOpen(id);
    const address = new URL(window.location.href);
    address.searchParams.set(param, id);
    window.history.replaceState(null, "", address);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === open);
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const tab = tabs[(next + tabs.length) % tabs.length];
    if (tab === undefined) return;
    choose(tab.id);
    list.current?.querySelector<HTMLElement>(`#tab-${tab.id}`)?.focus();
  };
  return (
    <>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        className="mb-5 flex gap-1 overflow-x-auto border-b"
        onKeyDown={onKeyDown}
      >
        {tabs.map(({ id, label: name }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={open === id}
            aria-controls={`panel-${id}`}
            tabIndex={open === id ? 0 : -1}
            className={cn(
              "-mb-px h-10 whitespace-nowrap border-transparent border-b-2 px-3 font-medium text-[14px] text-text-2 hover:text-text",
              open === id && "border-accent text-text",
            )}
            onClick={() => choose(id)}
          >
            {name}
          </button>
        ))}
      </div>
      {tabs.map(({ id, panel }) => (
        <div key={id} id={`panel-${id}`} role="tabpanel" aria-labelledby={`tab-${id}`} hidden={open !== id}>
          {panel}
        </div>
      ))}
    </>
  );
}
