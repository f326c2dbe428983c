"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { WorkerNotice } from "@/components/home/worker-notice";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { describedBy, Field } from "@/components/ui/field";
import { inputClass } from "@/components/ui/input-class";
import { Notice } from "@/components/ui/notice";
import type { ActionResult } from "@/lib/contracts/action-result";
import type { ModelView, RunView } from "@/lib/contracts/views";
import { ConfigFile } from "./config-file";
import { ADAPTER_DETAILS_GROUP, ADAPTER_GROUP, BASIC_FIELDS, COMMON_GROUPS } from "./field-groups";
import { FoldedGroup, fieldGrid } from "./folded-group";
import type { FormValues } from "./form-values";
import { ObjectiveCard } from "./objective-card";
import { PlanPanel } from "./plan-panel";
import { SettingField } from "./setting-field";
import { SETTING_LABELS } from "./setting-labels";
import { type DatasetChoice, SourceFields } from "./source-fields";
import { TargetModulesField } from "./target-modules-field";
import { useRunForm } from "./use-run-form";

export interface RunFormProps {
  start: FormValues;
  /** What is typed survives a reload; not when the form came with a run's or a dataset's own values. */
  keepsDraft: boolean;
  /** The values are another run's, warm-up included: that is then kept as it is. */
  repeatsRun: boolean;
  models: ModelView[];
  datasets: DatasetChoice[];
  createRun(input: { config: unknown; name?: string }): Promise<ActionResult<RunView>>;
}

export function RunForm({ start, keepsDraft, repeatsRun, models, datasets, createRun }: RunFormProps) {
  const router = useRouter();
  const form = useRunForm(start, keepsDraft, repeatsRun);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const element = useRef<HTMLFormElement>(null);
  const model = models.find(({ id }) => id === form.values.model_type);
  const dataset = datasets.find(({ value }) => value === form.values.dataset_name);
  const isFull = form.values.method === "full";
  const targetModules = <TargetModulesField form={form} modules={model?.linearModules ?? []} />;

  const refuse = (message: string, fieldErrors?: Record<string, string[]>) => {
    form.showAll(fieldErrors);
    setProblem(message);
    // After the errors are drawn: to the first field that has one.
    setTimeout(() => element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), 0);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const wrong = Object.keys(form.errors);
    if (wrong.length > 0)
      return refuse(
        `Not started yet: ${wrong.map((key) => labelOf(key)).join(", ")} ${wrong.length === 1 ? "needs" : "need"} another value.`,
      );
    setIsBusy(true);
    setProblem(null);
    const name = form.values.name.trim();
    const result = await createRun({ config: form.input(), ...(name && { name }) }).catch(() => null);
    if (result?.ok) {
      form.forgetDraft();
      return router.push(`/runs/${result.data.id}`);
    }
    setIsBusy(false);
    refuse(
      result?.message ??
        "The studio can't be reached; nothing you typed is lost. Check that it still runs and press again.",
      result?.fieldErrors,
    );
  };

  return (
    <form
      ref={element}
      onSubmit={submit}
      noValidate
      className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_300px]"
    >
      <div className="flex min-w-0 flex-col gap-4">
        <Card title="Data and model" aside={<ConfigFile form={form} />}>
          <SourceFields form={form} models={models} datasets={datasets} />
        </Card>
        <ObjectiveCard form={form} datasetId={dataset?.id ?? null} />
        <Card title="Training">
          <div className={fieldGrid}>
            {BASIC_FIELDS.map((name) => (
              <SettingField key={name} form={form} name={name} />
            ))}
            <Field id="name" label="Name" hint="Optional; how the run is listed." errors={form.errorsOf("name")}>
              <input
                id="name"
                aria-describedby={describedBy("name")}
                className={inputClass(form.errorsOf("name") !== undefined)}
                value={form.values.name}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => form.set({ name: event.target.value })}
              />
            </Field>
          </div>
        </Card>
        <Card
          title="More settings"
          aside={<span className="text-[12px] text-text-3">usually right as they are</span>}
          isFlush
        >
          {!isFull && (
            <>
              <FoldedGroup group={ADAPTER_GROUP} form={form} more={{ name: "target_modules", field: targetModules }} />
              <FoldedGroup group={ADAPTER_DETAILS_GROUP} form={form} />
            </>
          )}
          {COMMON_GROUPS.map((group) => (
            <FoldedGroup key={group.title} group={group} form={form} />
          ))}
        </Card>
      </div>
      <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-8">
        <PlanPanel form={form} model={model} />
        <WorkerNotice />
        {problem !== null && (
          <Notice tone="bad" isAlert>
            {problem}
          </Notice>
        )}
        <Button type="submit" variant="primary" size="lg" disabled={isBusy}>
          {isBusy ? "Starting…" : "Start run"}
        </Button>
      </div>
    </form>
  );
}

const labelOf = (key: string): string => SETTING_LABELS[key as keyof typeof SETTING_LABELS] ?? key;
