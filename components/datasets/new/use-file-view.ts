"use client";
import { useState } from "react";
import { ApiError, fetchJson } from "@/components/ui/fetch-json";
import type { FileView } from "@/lib/contracts/file-view";
import { uploadFile } from "../upload-file";

const UNREACHABLE = "The studio can't be reached; press again when it runs.";

/** Uploads a file where it is one, and asks what it is. */
export function useFileView() {
  const [view, setView] = useState<FileView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [doing, setDoing] = useState<string | null>(null);
  const reset = () => {
    setView(null);
    setProblem(null);
  };
  const look = async (from: File | string, encoding: FileView["encoding"] = "utf-8") => {
    reset();
    try {
      let path = from;
      if (typeof path !== "string") {
        const { name } = path;
        path = (await uploadFile(path, (share) => setDoing(`Uploading ${name}: ${Math.round(share * 100)} %`))).path;
      }
      setDoing("Reading its beginning");
      const query = new URLSearchParams({ path, encoding });
      setView(await fetchJson<FileView>(`/api/files?${query}`));
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : UNREACHABLE);
    }
    setDoing(null);
  };
  return { view, problem, doing, look, reset };
}
