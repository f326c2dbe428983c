import { DEFAULT_CONFIG } from "@/lib/contracts/complete-config";
import type { RunConfig } from "@/lib/contracts/run-config";
import { AppError } from "@/lib/errors";

/** Settings of the schema that this engine has no effect for yet: refused, never ignored. */
const WITHOUT_EFFECT = ["init_lora_weights"] as const satisfies readonly (keyof RunConfig)[];

export type UnsupportedSettings = Pick<RunConfig, (typeof WITHOUT_EFFECT)[number]>;

/** @throws AppError invalid_input that names the setting */
export function refuseUnsupported(config: UnsupportedSettings): void {
  const refuse = (field: keyof RunConfig, message: string): never => {
    throw new AppError("invalid_input", `${field} ${message}.`, { fieldErrors: { [field]: [message] } });
  };
  for (const field of WITHOUT_EFFECT)
    if (JSON.stringify(config[field]) !== JSON.stringify(DEFAULT_CONFIG[field]))
      refuse(field, `has no effect yet; leave it at ${JSON.stringify(DEFAULT_CONFIG[field])}`);
}
