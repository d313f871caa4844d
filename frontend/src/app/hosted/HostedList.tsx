import { Download, Plus, Upload } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { ConnectionRow } from '../ConnectionRow';
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
  const workflows = useWorkflows();
  const apiKey = useApiKey();
  const [isAdding, setAdding] = useState(false);
  const { opener, returnFocus } = useFocusReturn();
  const file = useRef<HTMLInputElement>(null);

  const onImport = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = target.files ?? [];
    if (!chosen) return;
    try {
      notify({ text: await importFrom(chosen) });
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
      text: `“${nameOf(workflow)}” is no longer in the list.`,
      action: { name: 'Undo', run: putBack },
    });
    onRemoved({ kind: 'workflow', id: workflow.id });
    returnFocus();
  };
  return (
    <nav aria-label="Workflows hosted by OpenAI">
      <div className="list-head">
        <h2>Hosted workflows</h2>
        <button
          type="button"
          className="icon-button tiny"
          aria-label="Import workflows"
          title="Import from a file"
          onClick={() => file.current?.click()}
        >
          <Upload size={15} aria-hidden />
        </button>
        {workflows.length > 0 && (
          <button
            type="button"
            className="icon-button tiny"
            aria-label="Export workflows"
            title="Export to a file; your API key is not in it"
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
          aria-label="File of workflows"
          onChange={onImport}
        />
      </div>
      {workflows.length === 0 && !isAdding && (
        <p className="list-empty">Try a workflow of OpenAI’s Agent Builder by its id.</p>
      )}
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
          Add workflow
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
                about={workflow.label ? shortId(workflow.id) : 'Hosted by OpenAI'}
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
