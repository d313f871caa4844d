import { ChevronRight } from 'lucide-react';
import { useId, useState } from 'react';
import { type Language, useLanguage } from '../../language/language';
import type { Task, Workflow } from '../../protocol/types';
import { NamedIcon } from '../../widgets/icons';
import { SiteMarks } from '../sources/SiteMark';
import { TaskView, titleOf } from './TaskView';

/**
 * Open while it is at work, so that one sees it move; a line afterwards, unless it asks to stay open. The line of a
 * search has the marks of the sites that were found.
 */
export function WorkflowView({ workflow, streaming }: { workflow: Workflow; streaming: boolean }) {
  const language = useLanguage();
  const [chosen, setChosen] = useState<boolean | null>(null);
  const { summary, tasks } = workflow;
  const list = useId();
  const open = chosen ?? (workflow.expanded || (streaming && tasks.length > 0));
  const heading = summaryOf(workflow, streaming, language);
  const summaryLine = (
    <>
      {summary && 'title' in summary && <NamedIcon name={summary.icon} size={15} />}
      <span className={streaming ? 'shimmer' : undefined}>{heading}</span>
      {!open && <SiteMarks sources={tasks.flatMap(foundIn)} />}
    </>
  );
  if (tasks.length === 0) return <p className="workflow workflow-summary">{summaryLine}</p>;
  // The line of a single step says it all, also of one that was stopped: above it, a heading would say the same words, or
  // that there is one step.
  const [only, ...others] = tasks;
  const counts = workflow.type === 'custom' && !summary && !streaming;
  const repeats = only && !others.length && titleOf(only, language.text) === heading;
  const says = only && !others.length && (counts || repeats);
  if (open && chosen === null && says) {
    return (
      <section className="workflow" data-open="">
        <TaskList tasks={tasks} />
      </section>
    );
  }
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
      {open && <TaskList tasks={tasks} id={list} untitled={repeats} />}
    </section>
  );
}

const foundIn = (task: Task) => (task.type === 'web_search' ? (task.sources ?? []) : []);

function TaskList({ tasks, id, untitled }: { tasks: Task[]; id?: string; untitled?: boolean }) {
  return (
    <ol className="tasks" id={id}>
      {tasks.map((task, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the wire names tasks by their index
        <li key={at}>
          <TaskView task={task} inWorkflow untitled={untitled} />
        </li>
      ))}
    </ol>
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
