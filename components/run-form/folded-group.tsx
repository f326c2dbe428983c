"use client";
import type { ReactNode } from "react";
import { Fold } from "@/components/ui/fold";
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

export function FoldedGroup({ group, form, more }: FoldedGroupProps) {
  const names = group.fields.filter((name) => isAsked(name, form.values) || form.errors[name] !== undefined);
  const hasErrors = [...names, ...(more ? [more.name] : [])].some((name) => form.errorsOf(name) !== undefined);
  const changed = names.filter((name) => isChanged(name, form)).length + (more && hasOwnTargets(form) ? 1 : 0);
  return (
    <Fold title={group.title} about={group.about} changed={changed} hasErrors={hasErrors}>
      <div className={fieldGrid}>
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
    </Fold>
  );
}

/** By a person; warm-up that was lowered to fit the run is nobody's wish. */
function isChanged(name: FieldKey, { values, isWarmupAdapted }: RunFormState): boolean {
  if (name === "warmup_steps" && isWarmupAdapted) return false;
  return values[name].trim() !== writeSetting(DEFAULT_CONFIG[name], FIELD_SPECS[name].input);
}

const hasOwnTargets = ({ values }: RunFormState): boolean =>
  JSON.stringify(values.target_modules) !== JSON.stringify(DEFAULT_CONFIG.target_modules);
