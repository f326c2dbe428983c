CREATE TABLE "datasets" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"source" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"stats" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "datasets_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "run_events" (
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "run_events_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY NOT NULL,
	"config_id" text NOT NULL,
	"dataset_id" text,
	"name" text NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"queued_at" timestamp (3) with time zone NOT NULL,
	"is_resume" boolean DEFAULT false NOT NULL,
	"lease_owner" text,
	"lease_expires_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"device_key" text,
	"device" text,
	"event_seq" integer DEFAULT 0 NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"total_steps" integer,
	"epoch" double precision DEFAULT 0 NOT NULL,
	"train_loss" double precision,
	"tokens_per_second" double precision,
	"eval_loss_before" double precision,
	"eval_loss_after" double precision,
	"trainable_parameters" bigint,
	"total_parameters" bigint,
	"peak_bytes" bigint,
	"exit_cause" text,
	"exit_message" text,
	"adapter_path" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "runs_status_check" CHECK ("runs"."status" in ('queued', 'preparing', 'running', 'stopping', 'completed', 'failed', 'stopped', 'interrupted')),
	CONSTRAINT "runs_exit_cause_check" CHECK ("runs"."exit_cause" is null or "runs"."exit_cause" in ('user_config', 'out_of_memory', 'diverged', 'data_error', 'cancelled', 'timed_out', 'lost_worker', 'internal')),
	CONSTRAINT "runs_step_check" CHECK ("runs"."step" >= 0 and "runs"."attempts" >= 0 and "runs"."event_seq" >= 0)
);
--> statement-breakpoint
CREATE TABLE "training_config" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text,
	"model_type" text NOT NULL,
	"dataset_name" text NOT NULL,
	"batch_size" integer NOT NULL,
	"learning_rate" double precision NOT NULL,
	"epochs" integer NOT NULL,
	"max_seq_length" integer NOT NULL,
	"warmup_steps" integer NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "training_metric" (
	"id" text PRIMARY KEY NOT NULL,
	"config_id" text NOT NULL,
	"run_id" text NOT NULL,
	"epoch" double precision NOT NULL,
	"step" integer NOT NULL,
	"train_loss" double precision,
	"eval_loss" double precision,
	"process_rank" integer DEFAULT 0 NOT NULL,
	"timestamp" timestamp (3) with time zone NOT NULL,
	"learning_rate" double precision NOT NULL,
	"grad_norm" double precision,
	"tokens_per_second" double precision NOT NULL,
	"tokens_seen" bigint NOT NULL,
	"is_finite" boolean DEFAULT true NOT NULL,
	CONSTRAINT "training_metric_step_check" CHECK ("training_metric"."step" >= 0)
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"hostname" text NOT NULL,
	"pid" integer NOT NULL,
	"device" text NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"heartbeat_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_config_id_training_config_id_fk" FOREIGN KEY ("config_id") REFERENCES "public"."training_config"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_metric" ADD CONSTRAINT "training_metric_config_id_training_config_id_fk" FOREIGN KEY ("config_id") REFERENCES "public"."training_config"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "training_metric" ADD CONSTRAINT "training_metric_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_queue_idx" ON "runs" USING btree ("status","queued_at","id");--> statement-breakpoint
CREATE INDEX "runs_config_idx" ON "runs" USING btree ("config_id");--> statement-breakpoint
CREATE INDEX "runs_dataset_idx" ON "runs" USING btree ("dataset_id");--> statement-breakpoint
CREATE INDEX "runs_created_idx" ON "runs" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "training_metric_run_step_rank_idx" ON "training_metric" USING btree ("run_id","step","process_rank");--> statement-breakpoint
CREATE INDEX "training_metric_config_idx" ON "training_metric" USING btree ("config_id");