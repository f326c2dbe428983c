import { ApiError } from "@/components/ui/fetch-json";

/** Sends a file as it is. XMLHttpRequest, because fetch can't say how far an upload has come. Throws ApiError. */
export function uploadFile(file: File, onProgress: (share: number) => void): Promise<{ path: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/uploads?name=${encodeURIComponent(file.name)}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const body = request.response as { path?: string; message?: string } | null;
      if (request.status < 300 && body?.path !== undefined) resolve({ path: body.path });
      else reject(new ApiError(request.status, body?.message ?? `The upload failed with status ${request.status}.`));
    };
    request.onerror = () =>
      reject(new ApiError(0, "The upload broke off; check that the studio still runs and try again."));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
}
