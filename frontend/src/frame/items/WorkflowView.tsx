import { ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import { type Language, useLanguage } from '../../language/language';
import type { Workflow } from '../../protocol/types';
import { NamedIcon } from '../../widgets/icons';
import { TaskView, titleOf } from './TaskView';

/** Open while it is at work, so that one sees it move; a summary afterwards, unless it asks to stay open. */
export function WorkflowView({ workflow, streaming }: { workflow: Workflow; streaming: boolean }) {
  const language = useLanguage();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const { summary, tasks } = workflow;
  const list = useId();
  const open = chosen ?? (workflow.expanded || (streaming && tasks.length > 0));
  const summaryLine = (
    <>
      {summary && 'title' in summary && <NamedIcon name={summary.icon} size={15} />}
      <span className={streaming ? 'shimmer' : undefined}>{summaryOf(workflow, streaming, language)}</span>
    </>
  );
  if (tasks.length === 0) return <p className="workflow workflow-summary">{summaryLine}</p>;
  return (
    <section className="workflow" data-open={open ? '' : undefined}>
      <button
        type="button"
        className="workflow-summary"
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        onClick={() => setChosen(!open)}
      >
        {summaryLine}
        <ChevronRight size={14} className="workflow-chevron pointing" aria-hidden />
      </button>
      {open && (
        <ol className="tasks" id={list}>
          {tasks.map((task, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the wire names tasks by their index
            <li key={at}>
              <TaskView task={task} inWorkflow />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function summaryOf(
  { type, summary, tasks }: Workflow,
  streaming: boolean,
  { text, duration }: Language,
): string {
  if (summary && 'duration' in summary) {
    return text.work.thoughtFor(summary.duration < 1 ? text.work.moment : duration(summary.duration));
  }
  if (summary?.title) return summary.title;
  const last = tasks.at(-1);
  const ongoing = type === 'reasoning' ? text.work.thinking : text.work.working;
  if (streaming) return (last && titleOf(last, text)) || ongoing;
  return type === 'reasoning' ? text.work.thought : text.work.steps(tasks.length);
}
