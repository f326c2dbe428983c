CREATE TABLE `data_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`title` text NOT NULL,
	`status` text DEFAULT 'queued' NOT NULL,
	`spec` text NOT NULL,
	`target_id` text NOT NULL,
	`queued_at` integer NOT NULL,
	`lease_owner` text,
	`lease_expires_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`progress` text,
	`result` text,
	`error` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`updated_at` integer NOT NULL,
	CONSTRAINT "data_jobs_status_check" CHECK("data_jobs"."status" in ('queued', 'running', 'cancelling', 'completed', 'failed', 'cancelled', 'interrupted'))
);
--> statement-breakpoint
CREATE INDEX `data_jobs_queue_idx` ON `data_jobs` (`status`,`queued_at`,`id`);--> statement-breakpoint
CREATE INDEX `data_jobs_created_idx` ON `data_jobs` (`created_at`);--> statement-breakpoint
DROP INDEX `datasets_name_unique`;--> statement-breakpoint
ALTER TABLE `datasets` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `datasets` ADD `parents` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `datasets_name_version_idx` ON `datasets` (`name`,`version`);