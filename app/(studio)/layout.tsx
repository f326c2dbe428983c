import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { AppShell } from "@/components/shell/app-shell";
import { getHealth } from "@/lib/services/system/get-health";
import { pageContext } from "@/lib/web/page-context";

export default async function StudioLayout({ children }: { children: ReactNode }) {
  const health = await getHealth(await pageContext());
  const theme = (await cookies()).get("codetune_theme")?.value;
  return (
    <AppShell health={health} theme={theme === "light" || theme === "dark" ? theme : "system"}>
      {children}
    </AppShell>
  );
}
