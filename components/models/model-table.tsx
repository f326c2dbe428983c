import Link from "next/link";
import { formatBytes, formatCompact, formatCount } from "@/components/ui/format";
import { ListTable } from "@/components/ui/list-table";
import type { ModelView } from "@/lib/contracts/views";

const HEADINGS = ["Model", "Architecture", "Parameters", "Context", "Licence", "On disk", ""] as const;
const CELL = "px-4 py-2.5 align-top max-sm:hidden";

/** Models that are here and can be trained. */
export function ModelTable({ models }: { models: ModelView[] }) {
  return (
    <ListTable headings={HEADINGS}>
      {models.map((model) => (
        <tr key={model.id} className="border-b last:border-b-0">
          <td className="px-4 py-2.5">
            <span className="wrap-anywhere font-medium font-mono text-[13px]">{model.id}</span>
            <span className="block text-[12px] text-text-3 sm:hidden">
              {model.architecture} · {formatCompact(model.parameters)} parameters · {formatBytes(model.bytes)}
            </span>
            {model.isBundled && <span className="block text-[12px] text-text-3">comes with the studio</span>}
          </td>
          <td className={CELL}>{model.architecture}</td>
          <td className={CELL}>{formatCompact(model.parameters)}</td>
          <td className={CELL}>{formatCount(model.contextLength)}</td>
          <td className={CELL}>{model.license ?? "not given"}</td>
          <td className={CELL}>{formatBytes(model.bytes)}</td>
          <td className={CELL}>
            <Link
              href={`/runs/new?model=${encodeURIComponent(model.id)}`}
              className="text-accent underline underline-offset-2"
            >
              Train
            </Link>
          </td>
        </tr>
      ))}
    </ListTable>
  );
}
