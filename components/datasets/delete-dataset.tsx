"use client";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { ActionResult } from "@/lib/contracts/action-result";
import { versionedName } from "@/lib/contracts/dataset-name";
import type { DatasetView } from "@/lib/contracts/views";

export interface DeleteDatasetProps {
  dataset: DatasetView;
  remove(input: { datasetId: string }): Promise<ActionResult<DatasetView>>;
}

/** Asks first, because it can't be undone. */
export function DeleteDataset({ dataset, remove }: DeleteDatasetProps) {
  const router = useRouter();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const press = async () => {
    setIsBusy(true);
    const result = await remove({ datasetId: dataset.id }).catch(() => null);
    if (result?.ok) return router.push("/datasets");
    setProblem(result?.message ?? "The studio can't be reached; check that it still runs and press again.");
    setIsBusy(false);
  };
  return (
    <>
      <Button variant="ghost" onClick={() => dialog.current?.showModal()}>
        <Trash2 aria-hidden className="size-3.5" /> Delete
      </Button>
      <dialog
        ref={dialog}
        aria-labelledby="delete-title"
        className="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-box border bg-surface p-5 text-text backdrop:bg-black/40"
      >
        <h2 id="delete-title" className="wrap-anywhere font-semibold text-[16px]">
          Delete {versionedName(dataset)}?
        </h2>
        <p className="mt-2 text-text-2">
          Its documents, report and prepared blocks are removed from the disk. This can’t be undone. Runs that were
          trained on it stay, with their adapters.
        </p>
        {problem !== null && (
          <Notice tone="bad" isAlert className="mt-3">
            {problem}
          </Notice>
        )}
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Keep it</Button>
          <Button variant="danger" onClick={press} disabled={isBusy}>
            {isBusy ? "Deleting…" : "Delete for good"}
          </Button>
        </div>
      </dialog>
    </>
  );
}
