import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn";

const TONES = {
  info: { box: "bg-accent-soft", icon: "text-accent", Icon: Info },
  good: { box: "bg-good-soft", icon: "text-good", Icon: CircleCheck },
  warn: { box: "bg-warn-soft", icon: "text-warn", Icon: TriangleAlert },
  bad: { box: "bg-bad-soft", icon: "text-bad", Icon: CircleAlert },
};

export interface NoticeProps {
  tone: keyof typeof TONES;
  title?: ReactNode;
  children?: ReactNode;
  className?: string;
  /** Read out at once by screen readers: for what went wrong just now. */
  isAlert?: boolean;
}

export function Notice({ tone, title, children, className, isAlert }: NoticeProps) {
  const { box, icon, Icon } = TONES[tone];
  return (
    <div role={isAlert ? "alert" : undefined} className={cn("flex gap-3 rounded-box px-4 py-3", box, className)}>
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", icon)} />
      <div className="min-w-0 flex-1 break-words">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children !== undefined && <div className="text-text-2">{children}</div>}
      </div>
    </div>
  );
}
