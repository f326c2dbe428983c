"use client";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { formatCount } from "@/components/ui/format";
import type { DatasetDocument } from "@/lib/contracts/dataset";

const SHOWN_CHARACTERS = 1500;
const ROWS_AT_FIRST = 5;

/** Real rows, as they are in the dataset. */
export function PreviewRows({ rows, documents }: { rows: DatasetDocument[]; documents: number }) {
  const [shown, setShown] = useState(ROWS_AT_FIRST);
  return (
    <Card
      title="Rows"
      aside={
        <span className="text-[12px] text-text-3">
          {rows.length} of {formatCount(documents)}, as they are
        </span>
      }
      isFlush
    >
      <ul>
        {rows.slice(0, shown).map((row) => (
          <PreviewRow key={row.name} row={row} />
        ))}
      </ul>
      {shown < rows.length && (
        <div className="border-t p-3 text-center">
          <Button size="sm" onClick={() => setShown(rows.length)}>
            Show all {rows.length}
          </Button>
        </div>
      )}
    </Card>
  );
}

function PreviewRow({ row: { name, language, prompt, text, messages = [] } }: { row: DatasetDocument }) {
  const isCut = text.length > SHOWN_CHARACTERS;
  return (
    <li className="border-b p-4 last:border-b-0">
      <p className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="break-all font-medium font-mono text-[12.5px]">{name}</span>
        <span className="text-[12px] text-text-3">{language}</span>
      </p>
      <pre className="max-h-56 overflow-auto rounded-md bg-surface-2 p-3 font-mono text-[12px] leading-[1.55]">
        {prompt !== undefined && prompt !== "" && <span className="text-text-3">{prompt}</span>}
        {messages.map(({ role, content }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no other name and never change places
          <span key={i} className="mb-2 block last:mb-0">
            <span className="block font-sans text-[11.5px] text-text-3">{role}</span>
            {content.length > SHOWN_CHARACTERS ? `${content.slice(0, SHOWN_CHARACTERS)} …` : content}
          </span>
        ))}
        {isCut ? text.slice(0, SHOWN_CHARACTERS) : text}
        {isCut && <span className="text-text-3">{`\n… ${text.length - SHOWN_CHARACTERS} more characters`}</span>}
      </pre>
    </li>
  );
}
