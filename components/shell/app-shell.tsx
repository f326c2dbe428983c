import Link from "next/link";
import type { ReactNode } from "react";
import type { HealthView } from "@/lib/contracts/views";
import { Logo } from "./logo";
import { NavLinks } from "./nav-links";
import { SystemState } from "./system-state";
import { type Theme, ThemeToggle } from "./theme-toggle";

export function AppShell({ health, theme, children }: { health: HealthView; theme: Theme; children: ReactNode }) {
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[208px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-20 focus:bg-surface focus:p-2"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 z-10 flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-surface px-3 py-2 md:h-dvh md:flex-col md:flex-nowrap md:items-stretch md:gap-4 md:border-r md:border-b-0 md:py-4">
        <Link
          href="/"
          className="flex items-center gap-2 rounded-md px-1 font-semibold text-[14px] tracking-tight md:px-2.5"
        >
          <Logo />
          CodeTune Studio
        </Link>
        <div className="order-last w-full md:order-none md:flex-1">
          <NavLinks />
        </div>
        <div className="ml-auto flex min-w-0 items-center justify-between gap-2 md:ml-0 md:pl-2.5">
          <SystemState initial={health} />
          <ThemeToggle initial={theme} />
        </div>
      </aside>
      <main id="main" className="mx-auto w-full min-w-0 max-w-[1200px] px-4 py-6 md:px-8 md:py-8">
        {children}
      </main>
    </div>
  );
}
