/* The widget for use elsewhere: a file, the JSON of its nodes, or the Python that shows it. */
import { useEffect, useState } from 'react';
import { useCopy } from '../ui/use-copy';
import { Choices } from './Choices';
import { Dialog } from './Dialog';
import type { EditState } from './edit-state';
import { type Export, exported } from './workshop-api';

type Form = { label: string; means: string; text(made: Export): string; file?: string; media?: string };

export function ExportDialog({ editing, close }: { editing: EditState; close(): void }) {
  const [made, setMade] = useState<Export | null>(null);
  const [failure, setFailure] = useState('');
  const [chosen, setChosen] = useState('');
  const { copied, copy } = useCopy();
  useEffect(() => {
    exported(editing.name, editing.draft, editing.saved ? editing.revision : null).then(
      setMade,
      (problem: Error) => setFailure(`It cannot be exported as it is: ${problem.message}`),
    );
  }, [editing]);
  const forms: Form[] = [
    {
      label: '.widget file',
      means:
        'Template, schema and sample data: for the folder of your agent, or for ChatKit’s WidgetTemplate.',
      text: ({ file }) => file,
      file: `${editing.name}.widget`,
      media: 'application/json',
    },
    {
      label: 'JSON',
      means: 'The nodes as they are sent to the chat, with the sample data in them.',
      text: ({ tree }) => tree,
      file: `${editing.name}.json`,
      media: 'application/json',
    },
    {
      label: 'Python',
      means:
        'A tool for your agent that shows the widget. Give it the data that your model or your code has.',
      text: ({ python }) => python,
    },
  ];
  const form = forms.find(({ label }) => label === chosen) ?? (forms[0] as Form);
  return (
    <Dialog title={`Export ${editing.name}`} close={close}>
      <Choices
        label="Export as"
        options={forms.map(({ label }) => [label, label])}
        chosen={form.label}
        choose={setChosen}
      />
      <p>{form.means}</p>
      {failure && (
        <p className="ws-failure" role="alert">
          {failure}
        </p>
      )}
      {made && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and so must be reached by the keyboard */}
          <pre className="ws-code" tabIndex={0}>
            {form.text(made)}
          </pre>
          <div className="ws-save">
            <button type="button" className="ws-button ws-main" onClick={() => void copy(form.text(made))}>
              {copied ? 'Copied' : 'Copy'}
            </button>
            {form.file && (
              <a
                className="ws-button"
                download={form.file}
                href={`data:${form.media};charset=utf-8,${encodeURIComponent(form.text(made))}`}
              >
                Download {form.file}
              </a>
            )}
          </div>
        </>
      )}
    </Dialog>
  );
}
