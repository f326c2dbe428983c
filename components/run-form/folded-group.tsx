"use client";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cn } from "@/components/ui/cn";
import { DEFAULT_CONFIG } from "@/lib/contracts/complete-config";
import type { FieldGroup } from "./field-groups";
import { FIELD_SPECS, type FieldKey, isAsked } from "./field-specs";
import { SettingField } from "./setting-field";
import { writeSetting } from "./setting-text";
import type { RunFormState } from "./use-run-form";
import { WarmupHint } from "./warmup-hint";

export const fieldGrid = "grid gap-x-5 gap-y-4 sm:grid-cols-2 xl:grid-cols-3";

interface FoldedGroupProps {
  group: FieldGroup;
  form: RunFormState;
  /** A field with a form of its own, after the others. */
  more?: { name: "target_modules"; field: ReactNode };
}

/** Closed at first; held open while something in it is wrong, or nobody would find it. */
export function FoldedGroup({ group, form, more }: FoldedGroupProps) {
  const [isOpen, setIsOpen] = useState(false);
  const names = group.fields.filter((name) => isAsked(name, form.values) || form.errors[name] !== undefined);
  const hasErrors = [...names, ...(more ? [more.name] : [])].some((name) => form.errorsOf(name) !== undefined);
  const changed = names.filter((name) => isChanged(name, form)).length + (more && hasOwnTargets(form) ? 1 : 0);
  return (
    <details
      open={isOpen || hasErrors}
      onToggle={({ currentTarget }) => {
        // React sets `open` only when it changes, and the browser has closed it by itself.
        if (hasErrors) currentTarget.open = true;
        setIsOpen(currentTarget.open);
      }}
      className="group border-b last:border-b-0"
    >
      <summary className="flex min-h-11 list-none items-start gap-2 px-4 py-3 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="mt-0.5 size-4 shrink-0 text-text-3 transition-transform group-open:rotate-90"
        />
        <span className="min-w-0 flex-1">
          <span className="block font-semibold text-[13px]">{group.title}</span>
          <span className="block text-[12px] text-text-3">{group.about}</span>
        </span>
        {changed > 0 && (
          <span className="shrink-0 rounded bg-accent-soft px-1.5 py-0.5 text-[12px] text-accent">
            {changed} changed
          </span>
        )}
      </summary>
      <div className={cn(fieldGrid, "px-4 pt-1 pb-5")}>
        {names.map((name) => (
          <SettingField
            key={name}
            form={form}
            name={name}
            hint={name === "warmup_steps" ? <WarmupHint form={form} /> : undefined}
          />
        ))}
        {more?.field}
      </div>
    </details>
  );
}

/** By a person; warm-up that was lowered to fit the run is nobody's wish. */
function isChanged(name: FieldKey, { values, isWarmupAdapted }: RunFormState): boolean {
  if (name === "warmup_steps" && isWarmupAdapted) return false;
  return values[name].trim() !== writeSetting(DEFAULT_CONFIG[name], FIELD_SPECS[name].input);
}

const hasOwnTargets = ({ values }: RunFormState): boolean =>
  JSON.stringify(values.target_modules) !== JSON.stringify(DEFAULT_CONFIG.target_modules);
