import { ApiError, fetchJson } from "@/components/ui/fetch-json";

interface UploadState {
  id: string;
  offset: number;
  path: string | null;
}

const PART_BYTES = 8_000_000;
const MAX_TRIES = 8;
const MAX_WAIT_MS = 15_000;

/** Under which an upload that was begun is remembered, so that it goes on after the page was loaded again. */
const keyOf = ({ name, size, lastModified }: File): string => `codetune-upload ${name} ${size} ${lastModified}`;

/**
 * Sends a file in parts. One that breaks off goes on where it was: at once while the page is open, else when the same file
 * is chosen again. Throws ApiError.
 */
export async function uploadFile(file: File, onProgress: (share: number) => void): Promise<{ path: string }> {
  let state = (await findBegun(file)) ?? (await begin(file));
  for (let tries = 0; state.path === null; ) {
    onProgress(state.offset / file.size);
    try {
      state = await sendPart(file, state, onProgress);
      tries = 0;
    } catch (error) {
      // What the server refuses, it refuses again; what got lost on the way is sent again.
      const isLost = !(error instanceof ApiError) || error.status === 0 || error.status === 409 || error.status >= 500;
      if (!isLost || ++tries > MAX_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(MAX_WAIT_MS, 500 * 2 ** tries)));
      state = (await findBegun(file)) ?? state;
    }
  }
  window.sessionStorage.removeItem(keyOf(file));
  return { path: state.path };
}

async function findBegun(file: File): Promise<UploadState | null> {
  const id = window.sessionStorage.getItem(keyOf(file));
  if (id === null) return null;
  return fetchJson<UploadState>(`/api/uploads/parts/${encodeURIComponent(id)}`).catch(() => null);
}

async function begin(file: File): Promise<UploadState> {
  const query = new URLSearchParams({ name: file.name, bytes: String(file.size) });
  const state = await fetchJson<UploadState>(`/api/uploads/parts?${query}`, { method: "POST" });
  window.sessionStorage.setItem(keyOf(file), state.id);
  return state;
}

/** XMLHttpRequest, because fetch can't say how far an upload has come. */
function sendPart(file: File, { id, offset }: UploadState, onProgress: (share: number) => void): Promise<UploadState> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ offset: String(offset), bytes: String(file.size) });
    request.open("PUT", `/api/uploads/parts/${encodeURIComponent(id)}?${query}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => onProgress(Math.min(1, (offset + loaded) / file.size));
    request.onload = () => {
      const body = request.response as (UploadState & { message?: string }) | null;
      if (request.status < 300 && body !== null) resolve(body);
      else reject(new ApiError(request.status, body?.message ?? `The upload failed with status ${request.status}.`));
    };
    request.onerror = () => reject(new ApiError(0, "The upload broke off; choose the file again to go on with it."));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file.slice(offset, offset + PART_BYTES));
  });
}
