ALTER TABLE `runs` ADD `adapter_step` integer;--> statement-breakpoint
ALTER TABLE `training_metric` ADD `resident_bytes` integer;