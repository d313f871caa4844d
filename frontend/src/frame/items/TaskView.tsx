import { Brain, Check, FileText, Globe, Image, LoaderCircle, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { type Text, useText } from '../../language/language';
import { Markdown } from '../../markdown/Markdown';
import type { Source, Task } from '../../protocol/types';
import { isIcon, NamedIcon } from '../../widgets/icons';
import { SiteMark } from '../sources/SiteMark';
import { SourceLink, siteOf } from '../sources/Sources';

/** More than these are a wall; the rest is one click away. */
const INITIAL_COUNT = 6;

export function titleOf(task: Task, { work }: Text): string {
  if (task.title) return task.title;
  if (task.type === 'web_search')
    return task.title_query ? work.searchingFor(task.title_query) : work.searching;
  if (task.type === 'file') return work.reading;
  if (task.type === 'image') return work.drawing;
  return '';
}

type Props = { task: Task; inWorkflow?: boolean; untitled?: boolean | undefined };

/**
 * A step of a workflow, or one that stands in the thread by itself. Only the former has a status. `untitled`: the line
 * above it says the same.
 */
export function TaskView({ task, inWorkflow = false, untitled = false }: Props) {
  const text = useText();
  const title = untitled ? '' : titleOf(task, text);
  const status = (inWorkflow && task.status_indicator) || 'none';
  return (
    <div className="task" data-status={status}>
      {!untitled && <TaskMark task={task} status={status} />}
      <div className="task-body">
        {title && (
          <p className="task-title" dir="auto">
            {title}
          </p>
        )}
        {task.type === 'web_search' && task.queries && task.queries.length > 0 && (
          <p className="task-queries" dir="auto">
            {task.queries.join(' · ')}
          </p>
        )}
        {(task.type === 'custom' || task.type === 'thought') && task.content && (
          <Markdown text={task.content} streaming={task.status_indicator === 'loading'} />
        )}
        {(task.type === 'web_search' || task.type === 'file') && <TaskSources sources={task.sources ?? []} />}
      </div>
    </div>
  );
}

const marks: Partial<Record<Task['type'], LucideIcon>> = {
  web_search: Globe,
  file: FileText,
  image: Image,
  thought: Brain,
};

function TaskMark({ task, status }: { task: Task; status: string }) {
  const { work } = useText();
  if (status === 'loading') {
    return <LoaderCircle className="task-mark spin" size={14} role="img" aria-label={work.running} />;
  }
  if (task.type === 'custom' && isIcon(task.icon)) {
    return (
      <span className="task-mark" data-done={status === 'complete' ? '' : undefined}>
        <NamedIcon name={task.icon} size={14} />
      </span>
    );
  }
  if (status === 'complete') {
    return <Check className="task-mark" data-done="" size={14} role="img" aria-label={work.done} />;
  }
  const Mark = marks[task.type];
  return Mark ? <Mark className="task-mark" size={14} aria-hidden /> : <span className="task-mark dot" />;
}

function TaskSources({ sources }: { sources: Source[] }) {
  const { message } = useText();
  const [all, setAll] = useState(false);
  if (!sources.length) return null;
  const visible = all || sources.length <= INITIAL_COUNT + 1 ? sources : sources.slice(0, INITIAL_COUNT);
  return (
    <ul className="task-sources">
      {visible.map((source, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same source may be found twice
        <li key={at}>
          <SourceLink className="task-source" source={source}>
            <SiteMark source={source} />
            <span className="task-source-title" dir="auto">
              {source.title}
            </span>
            {siteOf(source) !== source.title && <span className="task-source-site">{siteOf(source)}</span>}
          </SourceLink>
        </li>
      ))}
      {visible.length < sources.length && (
        <li>
          <button type="button" className="task-source task-source-more" onClick={() => setAll(true)}>
            {message.allSources(sources.length)}
          </button>
        </li>
      )}
    </ul>
  );
}
