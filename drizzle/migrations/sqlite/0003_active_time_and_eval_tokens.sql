ALTER TABLE `runs` ADD `eval_tokens` integer;--> statement-breakpoint
ALTER TABLE `runs` ADD `active_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `runs` ADD `active_since_ms` integer;