import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";

export interface CardProps extends Omit<ComponentProps<"section">, "title"> {
  title?: ReactNode;
  /** Right end of the title line. */
  aside?: ReactNode;
  /** Without inner padding: for tables and lists that reach the border. */
  isFlush?: boolean;
}

export function Card({ title, aside, isFlush, className, children, ...rest }: CardProps) {
  return (
    <section className={cn("min-w-0 rounded-box border bg-surface", className)} {...rest}>
      {(title !== undefined || aside !== undefined) && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b px-4 py-2">
          <h2 className="font-semibold text-[13px] text-text">{title}</h2>
          {aside}
        </header>
      )}
      <div className={isFlush ? "" : "p-4"}>{children}</div>
    </section>
  );
}
