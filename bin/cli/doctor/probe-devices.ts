import { spawn } from "node:child_process";
import { childEntry } from "@/lib/config/child-entry";
import { DEVICES } from "@/lib/contracts/run-config";

const TIMEOUT_MS = 60_000;

export interface DeviceReport {
  device: string;
  isOpen: boolean;
  /** Rate of a matrix product in billions of operations a second; null when the device did not open. */
  gflops: number | null;
  /** Why it did not open; of "auto", what it takes and why. */
  reason: string | null;
  runtimeVersion: string | null;
}

/** Opens each device in a process of its own: a broken driver may take its process with it. */
export async function probeDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  // One after the other, so that one does not slow the other's figure.
  for (const device of DEVICES) reports.push(await probe(device));
  return reports;
}

function probe(device: string): Promise<DeviceReport> {
  const { execPath, args, cwd } = childEntry("provider-probe");
  const failure = (reason: string): DeviceReport => ({
    device,
    isOpen: false,
    gflops: null,
    reason,
    runtimeVersion: null,
  });
  return new Promise((resolve) => {
    const child = spawn(execPath, [...args, "--only", device], {
      cwd,
      stdio: ["ignore", "pipe", "ignore"],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.once("error", (error) => resolve(failure(error.message)));
    child.once("close", (code, signal) => {
      try {
        resolve(JSON.parse(output) as DeviceReport);
      } catch {
        resolve(failure(signal === null ? `the probe ended with code ${code}` : `the probe was ended by ${signal}`));
      }
    });
  });
}
