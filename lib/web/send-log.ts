import { AppError } from "@/lib/errors";
import { sendFile } from "./send-file";

const SHOWN_BYTES = 1024 * 1024;
const contentType = "text/plain; charset=utf-8";

/** The last megabyte of what a child process wrote to its standard output and error; empty where it never started. */
export async function sendLog(folder: string): Promise<Response> {
  try {
    return await sendFile({ root: folder, parts: ["log.txt"], contentType, lastBytes: SHOWN_BYTES });
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found")
      return new Response("", { headers: { "Content-Type": contentType } });
    throw error;
  }
}
