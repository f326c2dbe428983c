"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** The run was deleted in another tab or by a program: the server's page says so and offers to restore it. */
export function useRefreshWhenGone(isGone: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (isGone) router.refresh();
  }, [isGone, router]);
}
