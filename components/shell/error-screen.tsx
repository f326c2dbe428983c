import Link from "next/link";
import type { ReactNode } from "react";
import { buttonClass } from "@/components/ui/button";

export interface ErrorScreenProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function ErrorScreen({ title, children, action }: ErrorScreenProps) {
  return (
    <div className="mx-auto flex min-h-[60vh] max-w-md flex-col items-start justify-center gap-3 px-4">
      <h1 className="font-semibold text-[20px] tracking-tight">{title}</h1>
      <p className="text-text-2">{children}</p>
      <div className="mt-2 flex gap-2">
        {action}
        <Link href="/" className={buttonClass("secondary")}>
          To the studio
        </Link>
      </div>
    </div>
  );
}
