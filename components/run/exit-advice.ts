import type { ExitCause } from "@/lib/contracts/run-status";

/** What to do next, by why a run ended without finishing. */
export const EXIT_ADVICE: Record<ExitCause, string> = {
  user_config: "Change the setting that is named, with “Same settings again”, and start a new run.",
  out_of_memory:
    "Start again with a smaller batch size or sequence length; gradient accumulation keeps the batch as large.",
  diverged:
    "The loss was no finite number any more. Start again with a learning rate three to ten times lower, or more warm-up.",
  data_error: "Look at the dataset’s preview and its loss-mask view, repair or rebuild it, then start again.",
  cancelled: "“Resume” goes on from the last checkpoint.",
  timed_out: "“Resume” goes on from the last checkpoint.",
  lost_worker:
    "Its worker went away. Nothing up to the last checkpoint is lost: start a worker if none runs, then press “Resume”.",
  internal: "This is our fault. The log below has the details; “Resume” tries again from the last checkpoint.",
};
