/** @file The execution providers that the engine runs on, by ONNX Runtime's names. */
export type Device = "cpu" | "webgpu" | "cuda";
