CREATE TABLE `datasets` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`source` text NOT NULL,
	`content_hash` text NOT NULL,
	`stats` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `datasets_name_unique` ON `datasets` (`name`);--> statement-breakpoint
CREATE TABLE `run_events` (
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`run_id`, `seq`),
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`config_id` text NOT NULL,
	`dataset_id` text,
	`name` text NOT NULL,
	`status` text DEFAULT 'queued' NOT NULL,
	`queued_at` integer NOT NULL,
	`is_resume` integer DEFAULT false NOT NULL,
	`lease_owner` text,
	`lease_expires_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`device_key` text,
	`device` text,
	`event_seq` integer DEFAULT 0 NOT NULL,
	`step` integer DEFAULT 0 NOT NULL,
	`total_steps` integer,
	`epoch` real DEFAULT 0 NOT NULL,
	`train_loss` real,
	`tokens_per_second` real,
	`eval_loss_before` real,
	`eval_loss_after` real,
	`trainable_parameters` integer,
	`total_parameters` integer,
	`peak_bytes` integer,
	`exit_cause` text,
	`exit_message` text,
	`adapter_path` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`config_id`) REFERENCES `training_config`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`dataset_id`) REFERENCES `datasets`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "runs_status_check" CHECK("runs"."status" in ('queued', 'preparing', 'running', 'stopping', 'completed', 'failed', 'stopped', 'interrupted')),
	CONSTRAINT "runs_exit_cause_check" CHECK("runs"."exit_cause" is null or "runs"."exit_cause" in ('user_config', 'out_of_memory', 'diverged', 'data_error', 'cancelled', 'timed_out', 'lost_worker', 'internal')),
	CONSTRAINT "runs_step_check" CHECK("runs"."step" >= 0 and "runs"."attempts" >= 0 and "runs"."event_seq" >= 0)
);
--> statement-breakpoint
CREATE INDEX `runs_queue_idx` ON `runs` (`status`,`queued_at`,`id`);--> statement-breakpoint
CREATE INDEX `runs_config_idx` ON `runs` (`config_id`);--> statement-breakpoint
CREATE INDEX `runs_dataset_idx` ON `runs` (`dataset_id`);--> statement-breakpoint
CREATE INDEX `runs_created_idx` ON `runs` (`created_at`);--> statement-breakpoint
CREATE TABLE `training_config` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text,
	`model_type` text NOT NULL,
	`dataset_name` text NOT NULL,
	`batch_size` integer NOT NULL,
	`learning_rate` real NOT NULL,
	`epochs` integer NOT NULL,
	`max_seq_length` integer NOT NULL,
	`warmup_steps` integer NOT NULL,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `training_metric` (
	`id` text PRIMARY KEY NOT NULL,
	`config_id` text NOT NULL,
	`run_id` text NOT NULL,
	`epoch` real NOT NULL,
	`step` integer NOT NULL,
	`train_loss` real,
	`eval_loss` real,
	`process_rank` integer DEFAULT 0 NOT NULL,
	`timestamp` integer NOT NULL,
	`learning_rate` real NOT NULL,
	`grad_norm` real,
	`tokens_per_second` real NOT NULL,
	`tokens_seen` integer NOT NULL,
	`is_finite` integer DEFAULT true NOT NULL,
	FOREIGN KEY (`config_id`) REFERENCES `training_config`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`run_id`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "training_metric_step_check" CHECK("training_metric"."step" >= 0)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `training_metric_run_step_rank_idx` ON `training_metric` (`run_id`,`step`,`process_rank`);--> statement-breakpoint
CREATE INDEX `training_metric_config_idx` ON `training_metric` (`config_id`);--> statement-breakpoint
CREATE TABLE `workers` (
	`id` text PRIMARY KEY NOT NULL,
	`hostname` text NOT NULL,
	`pid` integer NOT NULL,
	`device` text NOT NULL,
	`started_at` integer NOT NULL,
	`heartbeat_at` integer NOT NULL
);
