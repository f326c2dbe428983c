import type { Metadata } from "next";
import { Logo } from "@/components/shell/logo";
import { SignInForm } from "@/components/shell/sign-in-form";
import { safeNextPath } from "@/lib/web/safe-next-path";
import { signInAction } from "./actions";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string | string[] }> }) {
  const next = safeNextPath((await searchParams).next);
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-5 px-4">
      <h1 className="flex items-center gap-2 font-semibold text-[18px]">
        <Logo /> CodeTune Studio
      </h1>
      <p className="text-text-2">
        This studio can be reached by others, so it asks for its token: the value of CODETUNE_TOKEN on the server.
      </p>
      <SignInForm next={next} signIn={signInAction} />
    </main>
  );
}
