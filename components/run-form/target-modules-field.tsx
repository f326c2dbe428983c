import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { Toggle } from "@/components/ui/toggle";
import { ALL_LINEAR } from "@/lib/contracts/run-config";
import { isAllLinear } from "@/lib/contracts/select-modules";
import { SETTING_LABELS } from "./setting-labels";
import type { RunFormState } from "./use-run-form";

/** All linear layers, a choice among the model's own, or a pattern. */
export function TargetModulesField({ form, modules }: { form: RunFormState; modules: string[] }) {
  const targets = form.values.target_modules;
  const isPattern = typeof targets === "string";
  const errors = form.errorsOf("target_modules");
  return (
    <Field
      id="target_modules"
      label={SETTING_LABELS.target_modules}
      hint={
        isPattern
          ? "A regular expression, as PEFT takes it: layers whose whole name it matches get an adapter."
          : "Layers that get an adapter. All linear layers learn best for most code."
      }
      errors={errors}
      className="col-span-full"
    >
      {isPattern ? (
        <input
          id="target_modules"
          aria-describedby={describedBy("target_modules")}
          aria-invalid={errors !== undefined}
          className={inputClass(errors !== undefined)}
          value={targets}
          placeholder=".*\\.self_attn\\.(q|v)_proj"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => form.set({ target_modules: event.target.value })}
        />
      ) : (
        <ModuleChoice chosen={targets} modules={modules} onChange={(names) => form.set({ target_modules: names })} />
      )}
      <Toggle
        label="choose by pattern"
        isOn={isPattern}
        onChange={(isOn) => form.set({ target_modules: isOn ? "" : [ALL_LINEAR] })}
      />
    </Field>
  );
}

interface ModuleChoiceProps {
  chosen: string[];
  modules: string[];
  onChange(names: string[]): void;
}

function ModuleChoice({ chosen, modules, onChange }: ModuleChoiceProps) {
  const isAll = isAllLinear(chosen);
  const known = [...new Set([...modules, ...chosen.filter((name) => name !== ALL_LINEAR)])];
  const withName = (name: string) => [...chosen.filter((other) => other !== ALL_LINEAR), name];
  return (
    <div id="target_modules" className="flex flex-wrap gap-x-4 gap-y-1 rounded-md border px-3 py-2">
      <Toggle label="all linear layers" isOn={isAll} onChange={(isOn) => onChange(isOn ? [ALL_LINEAR] : modules)} />
      {known.map((name) => (
        <Toggle
          key={name}
          label={name}
          isOn={isAll || chosen.includes(name)}
          isDisabled={isAll}
          onChange={(isOn) => onChange(isOn ? withName(name) : chosen.filter((other) => other !== name))}
        />
      ))}
    </div>
  );
}
