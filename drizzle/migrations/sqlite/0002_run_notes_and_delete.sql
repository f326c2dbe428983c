ALTER TABLE `runs` ADD `notes` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `tags` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `deleted_at` integer;