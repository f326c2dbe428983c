CREATE TABLE "data_jobs" (
	"id" text PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"spec" jsonb NOT NULL,
	"target_id" text NOT NULL,
	"queued_at" timestamp (3) with time zone NOT NULL,
	"lease_owner" text,
	"lease_expires_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"progress" jsonb,
	"result" jsonb,
	"error" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "data_jobs_status_check" CHECK ("data_jobs"."status" in ('queued', 'running', 'cancelling', 'completed', 'failed', 'cancelled', 'interrupted'))
);
--> statement-breakpoint
ALTER TABLE "datasets" DROP CONSTRAINT "datasets_name_unique";--> statement-breakpoint
ALTER TABLE "datasets" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "datasets" ADD COLUMN "parents" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
CREATE INDEX "data_jobs_queue_idx" ON "data_jobs" USING btree ("status","queued_at","id");--> statement-breakpoint
CREATE INDEX "data_jobs_created_idx" ON "data_jobs" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "datasets_name_version_idx" ON "datasets" USING btree ("name","version");