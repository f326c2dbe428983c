ALTER TABLE "runs" ADD COLUMN "adapter_step" integer;--> statement-breakpoint
ALTER TABLE "training_metric" ADD COLUMN "resident_bytes" bigint;