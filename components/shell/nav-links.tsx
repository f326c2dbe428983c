"use client";
import { Activity, Boxes, Database, House, SlidersHorizontal, WholeWord } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";

const LINKS = [
  { href: "/", label: "Studio", Icon: House },
  { href: "/runs", label: "Runs", Icon: Activity },
  { href: "/runs/new", label: "New run", Icon: SlidersHorizontal },
  { href: "/datasets", label: "Datasets", Icon: Database },
  { href: "/models", label: "Models", Icon: Boxes },
  { href: "/tokenizers", label: "Tokenizers", Icon: WholeWord },
];

/** The most specific link that the address lies under. */
function currentOf(path: string): string | undefined {
  const fitting = LINKS.filter(({ href }) => path === href || (href !== "/" && path.startsWith(`${href}/`)));
  return fitting.sort((a, b) => b.href.length - a.href.length)[0]?.href;
}

export function NavLinks() {
  const current = currentOf(usePathname());
  return (
    <nav aria-label="Main" className="min-w-0">
      <ul className="flex gap-0.5 overflow-x-auto md:flex-col">
        {LINKS.map(({ href, label, Icon }) => (
          <li key={href}>
            <Link
              href={href}
              aria-current={current === href ? "page" : undefined}
              className={cn(
                "flex h-8 items-center gap-2 whitespace-nowrap rounded-md px-2 font-medium text-[13px] text-text-2 hover:bg-surface-2 hover:text-text sm:px-2.5",
                current === href && "bg-surface-3 text-text",
              )}
            >
              <Icon aria-hidden className="size-4 shrink-0 max-sm:hidden" />
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
