import { Field } from "@/components/ui/field";
import { Toggle } from "@/components/ui/toggle";
import { ALL_LINEAR } from "@/lib/contracts/run-config";
import { SETTING_LABELS } from "./setting-labels";
import type { RunFormState } from "./use-run-form";

/** All linear layers, or a choice among the model's own. */
export function TargetModulesField({ form, modules }: { form: RunFormState; modules: string[] }) {
  const chosen = form.values.target_modules;
  const isAll = chosen.includes(ALL_LINEAR);
  const known = [...new Set([...modules, ...chosen.filter((name) => name !== ALL_LINEAR)])];
  const toggle = (name: string, isOn: boolean) =>
    form.set({
      target_modules: isOn
        ? [...chosen.filter((other) => other !== ALL_LINEAR), name]
        : chosen.filter((other) => other !== name),
    });
  return (
    <Field
      id="target_modules"
      label={SETTING_LABELS.target_modules}
      hint="Layers that get an adapter. All linear layers learn best for most code."
      errors={form.errorsOf("target_modules")}
      className="sm:col-span-3"
    >
      <div id="target_modules" className="flex flex-wrap gap-x-4 gap-y-1 rounded-md border px-3 py-2">
        <Toggle
          label="all linear layers"
          isOn={isAll}
          onChange={(isOn) => form.set({ target_modules: isOn ? [ALL_LINEAR] : modules })}
        />
        {known.map((name) => (
          <Toggle
            key={name}
            label={name}
            isOn={isAll || chosen.includes(name)}
            isDisabled={isAll}
            onChange={(isOn) => toggle(name, isOn)}
          />
        ))}
      </div>
    </Field>
  );
}
