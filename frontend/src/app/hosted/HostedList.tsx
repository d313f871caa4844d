import { Download, Plus, Upload } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { ConnectionRow } from '../ConnectionRow';
import { useAppWords } from '../language/app-language';
import { writeStored } from '../local-storage';
import type { Notice } from '../NoticeBar';
import { isSame, type Target } from '../share-link';
import { useFocusReturn } from '../use-focus-return';
import { AddWorkflow } from './AddWorkflow';
import { ApiKeyRow } from './ApiKeyRow';
import { useApiKey } from './api-key';
import { download, importFrom } from './workflow-file';
import {
  type HostedWorkflow,
  nameOf,
  removeWorkflow,
  renameWorkflow,
  shortId,
  useWorkflows,
} from './workflows';

type Props = {
  active: Target | null;
  onChoose: (target: Target) => void;
  onRemoved: (target: Target) => void;
  notify: (notice: Notice) => void;
};

export function HostedList({ active, onChoose, onRemoved, notify }: Props) {
  const { text, locale } = useAppWords();
  const { hosted, chats } = text;
  const workflows = useWorkflows();
  const apiKey = useApiKey();
  const [isAdding, setAdding] = useState(false);
  const { opener, returnFocus } = useFocusReturn();
  const file = useRef<HTMLInputElement>(null);

  const onImport = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = target.files ?? [];
    if (!chosen) return;
    try {
      notify({ text: await importFrom(chosen, text.workflowFile, (count) => count.toLocaleString(locale)) });
    } catch (error) {
      notify({ text: (error as Error).message, isError: true });
    }
    // The same file can be chosen again.
    target.value = '';
  };
  const remove = (workflow: HostedWorkflow) => {
    const putBack = removeWorkflow(workflow.id);
    writeStored(`thread:${workflow.id}`, null);
    notify({
      text: hosted.removed(nameOf(workflow)),
      action: { name: chats.undo, run: putBack },
    });
    onRemoved({ kind: 'workflow', id: workflow.id });
    returnFocus();
  };
  return (
    <nav aria-label={hosted.label}>
      <div className="list-head">
        <h2>{hosted.title}</h2>
        <button
          type="button"
          className="icon-button tiny"
          aria-label={hosted.import}
          title={hosted.importAbout}
          onClick={() => file.current?.click()}
        >
          <Upload size={15} aria-hidden />
        </button>
        {workflows.length > 0 && (
          <button
            type="button"
            className="icon-button tiny"
            aria-label={hosted.export}
            title={hosted.exportAbout}
            onClick={() => download(workflows)}
          >
            <Download size={15} aria-hidden />
          </button>
        )}
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label={hosted.file}
          onChange={onImport}
        />
      </div>
      {workflows.length === 0 && !isAdding && <p className="list-empty">{hosted.none}</p>}
      {isAdding ? (
        <AddWorkflow
          onCancel={() => {
            setAdding(false);
            returnFocus();
          }}
          onAdded={(id) => {
            setAdding(false);
            onChoose({ kind: 'workflow', id });
          }}
        />
      ) : (
        <button ref={opener} type="button" className="add-button" onClick={() => setAdding(true)}>
          <Plus size={16} aria-hidden />
          {hosted.add}
        </button>
      )}
      {(workflows.length > 0 || apiKey) && <ApiKeyRow apiKey={apiKey} />}
      {workflows.length > 0 && (
        <ul>
          {workflows.map((workflow) => {
            const target: Target = { kind: 'workflow', id: workflow.id };
            return (
              <ConnectionRow
                key={workflow.id}
                target={target}
                name={nameOf(workflow)}
                about={workflow.label ? shortId(workflow.id) : hosted.about}
                isActive={isSame(target, active)}
                onChoose={onChoose}
                label={workflow.label}
                onRename={(label) => renameWorkflow(workflow.id, label)}
                onDelete={() => remove(workflow)}
              />
            );
          })}
        </ul>
      )}
    </nav>
  );
}
