"use client";
import { SelectField } from "@/components/ui/select-field";
import type { ColumnMapping } from "@/lib/contracts/columns";

const KINDS: { value: ColumnMapping["kind"]; label: string }[] = [
  { value: "text", label: "text: all of it is learned" },
  { value: "completion", label: "prompt and completion: the completion is learned" },
  { value: "messages", label: "conversation: the assistant’s turns are learned" },
];

export interface ColumnFieldsProps {
  id: string;
  columns: readonly { name: string; type: string }[];
  mapping: ColumnMapping;
  errors?: string[] | undefined;
  onChange(mapping: ColumnMapping): void;
}

/** What the columns of a table are: a guess to confirm or to change. */
export function ColumnFields({ id, columns, mapping, errors, onChange }: ColumnFieldsProps) {
  const options = columns.map(({ name, type }) => ({ value: name, label: `${name} (${type})` }));
  const first = columns[0]?.name ?? "";
  const language = mapping.language === undefined ? {} : { language: mapping.language };
  const changeKind = (kind: string) => {
    if (kind === mapping.kind) return;
    const main = "text" in mapping ? mapping.text : "completion" in mapping ? mapping.completion : mapping.messages;
    if (kind === "text") onChange({ kind, text: main, ...language });
    if (kind === "completion") onChange({ kind, prompt: first, completion: main, ...language });
    if (kind === "messages") onChange({ kind, messages: main, ...language });
  };
  const field = (key: string, label: string, value: string, set: (column: string) => ColumnMapping) => (
    <SelectField
      id={`${id}-${key}`}
      label={label}
      value={value}
      options={options}
      onChange={(column) => onChange(set(column))}
    />
  );
  return (
    <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
      <SelectField
        id={`${id}-kind`}
        label="Each row is"
        errors={errors}
        value={mapping.kind}
        options={KINDS}
        onChange={changeKind}
      />
      {mapping.kind === "text" && field("text", "Text from", mapping.text, (text) => ({ ...mapping, text }))}
      {mapping.kind === "messages" &&
        field("messages", "Conversation from", mapping.messages, (messages) => ({ ...mapping, messages }))}
      {mapping.kind === "completion" && (
        <>
          {field("prompt", "Prompt from", mapping.prompt, (prompt) => ({ ...mapping, prompt }))}
          {field("completion", "Completion from", mapping.completion, (completion) => ({ ...mapping, completion }))}
        </>
      )}
      <SelectField
        id={`${id}-language`}
        label="Language from"
        value={mapping.language ?? ""}
        options={[{ value: "", label: "no column" }, ...options]}
        onChange={(column) => {
          const { language: _, ...rest } = mapping;
          onChange(column === "" ? rest : { ...rest, language: column });
        }}
      />
    </div>
  );
}
