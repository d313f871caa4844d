import { Check, ChevronRight, FileText, Globe, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { Task, Workflow as WorkflowData } from '../../protocol/types';
import { NamedIcon } from '../../widgets/icons';
import { Markdown } from '../Markdown';
import { SourceLink, siteOf } from '../Sources';

export function Workflow({ workflow, streaming }: { workflow: WorkflowData; streaming: boolean }) {
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? (workflow.expanded || (streaming && workflow.tasks.length > 0));
  return (
    <section className="workflow" data-open={open ? '' : undefined}>
      <button
        type="button"
        className="workflow-summary"
        aria-expanded={open}
        onClick={() => setChosen(!open)}
      >
        <SummaryIcon workflow={workflow} />
        <span className={streaming ? 'shimmer' : undefined}>{summaryOf(workflow, streaming)}</span>
        <ChevronRight size={14} className="workflow-chevron" aria-hidden />
      </button>
      {open && workflow.tasks.length > 0 && (
        <ol className="tasks">
          {workflow.tasks.map((task, at) => (
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

function SummaryIcon({ workflow: { summary } }: { workflow: WorkflowData }) {
  return summary && 'title' in summary ? <NamedIcon name={summary.icon} size={15} /> : null;
}

function summaryOf({ type, summary, tasks }: WorkflowData, streaming: boolean): string {
  if (summary && 'duration' in summary) return `Thought for ${durationOf(summary.duration)}`;
  if (summary?.title) return summary.title;
  const last = tasks.at(-1);
  if (streaming && last) return titleOf(last) || 'Working…';
  if (streaming) return type === 'reasoning' ? 'Thinking…' : 'Working…';
  if (type === 'reasoning') return 'Thought about it';
  return tasks.length === 1 ? '1 step' : `${tasks.length} steps`;
}

export function durationOf(seconds: number): string {
  if (seconds < 1) return 'a moment';
  if (seconds < 60) return seconds === 1 ? '1 second' : `${Math.round(seconds)} seconds`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.round(seconds % 60);
  return rest ? `${minutes} min ${rest} s` : `${minutes} min`;
}

function titleOf(task: Task): string {
  if (task.title) return task.title;
  if (task.type === 'web_search') return task.title_query ? `Searching “${task.title_query}”` : 'Searching';
  if (task.type === 'file') return 'Reading files';
  if (task.type === 'image') return 'Creating an image';
  return '';
}

export function TaskView({ task, inWorkflow = false }: { task: Task; inWorkflow?: boolean }) {
  const title = titleOf(task);
  return (
    <div className="task" data-status={task.status_indicator ?? 'none'}>
      {inWorkflow && <TaskMark task={task} />}
      <div className="task-body">
        {title && <p className="task-title">{title}</p>}
        {task.type === 'web_search' && task.queries && task.queries.length > 0 && (
          <p className="task-queries">{task.queries.join(' · ')}</p>
        )}
        {(task.type === 'custom' || task.type === 'thought') && task.content && (
          <Markdown text={task.content} />
        )}
        {(task.type === 'web_search' || task.type === 'file') && <TaskSources sources={task.sources ?? []} />}
      </div>
    </div>
  );
}

function TaskMark({ task }: { task: Task }) {
  if (task.status_indicator === 'loading')
    return <LoaderCircle className="task-mark spin" size={14} role="img" aria-label="Running" />;
  if (task.status_indicator === 'complete')
    return <Check className="task-mark done" size={14} role="img" aria-label="Done" />;
  if (task.type === 'web_search') return <Globe className="task-mark" size={14} aria-hidden />;
  if (task.type === 'file') return <FileText className="task-mark" size={14} aria-hidden />;
  return <span className="task-mark dot" />;
}

function TaskSources({ sources }: { sources: Parameters<typeof siteOf>[0][] }) {
  if (!sources.length) return null;
  return (
    <ul className="task-sources">
      {sources.map((source, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same source may be found twice
        <li key={at}>
          <SourceLink className="task-source" source={source}>
            {siteOf(source) || source.title}
          </SourceLink>
        </li>
      ))}
    </ul>
  );
}
