/** @file The version, from the one place that has it. */
import packageJson from "../../package.json";

export const version: string = packageJson.version;
