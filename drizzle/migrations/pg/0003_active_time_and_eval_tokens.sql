ALTER TABLE "runs" ADD COLUMN "eval_tokens" bigint;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "active_ms" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "active_since_ms" bigint;