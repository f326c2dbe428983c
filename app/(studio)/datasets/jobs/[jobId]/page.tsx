import type { Metadata } from "next";
import { JobScreen } from "@/components/jobs/job-screen";
import { getJob } from "@/lib/services/jobs/get-job";
import { orNotFound } from "@/lib/web/or-not-found";
import { pageContext } from "@/lib/web/page-context";
import { cancelJobAction, deleteJobAction, resumeJobAction } from "../../../actions";

export const metadata: Metadata = { title: "Job" };

const actions = { cancel: cancelJobAction, resume: resumeJobAction, remove: deleteJobAction };

export default async function JobPage({ params }: { params: Promise<{ jobId: string }> }) {
  const { jobId } = await params;
  const job = await orNotFound(getJob(await pageContext(), { jobId }));
  return <JobScreen key={job.id} initial={job} actions={actions} />;
}
