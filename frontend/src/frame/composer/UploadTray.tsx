import { FileText, RotateCw, X } from 'lucide-react';
import { useState } from 'react';
import { type Language, useLanguage, useText } from '../../language/language';
import { useChat } from '../context';
import { useStore } from '../store';
import type { Upload } from './uploads';

/** What the next message will carry, above its text. */
export function UploadTray() {
  const chat = useChat();
  const { uploads } = chat;
  const state = useStore(uploads.state);
  const text = useText();
  return (
    <>
      {state.uploads.length > 0 && (
        <ul className="tray" aria-label={text.files.attachments}>
          {state.uploads.map((upload) => (
            <Entry key={upload.key} upload={upload} />
          ))}
        </ul>
      )}
      {state.refusals.length > 0 && (
        <div className="tray-refusals" role="alert">
          <div>
            {state.refusals.map((refusal) => (
              <p key={refusal}>{refusal}</p>
            ))}
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label={text.frame.dismiss}
            onClick={() => {
              uploads.dismissRefusals();
              // The button goes away, and the focus with it.
              void chat.focusComposer();
            }}
          >
            <X size={14} aria-hidden />
          </button>
        </div>
      )}
    </>
  );
}

function Entry({ upload }: { upload: Upload }) {
  const chat = useChat();
  const { uploads } = chat;
  const language = useLanguage();
  const { files } = language.text;
  // A picture of a kind that this browser does not draw, such as those of some phones, is a file to it.
  const [unseen, setUnseen] = useState(false);
  const { key, name, preview, attachment, failure, isFinal } = upload;
  const going = !attachment && !failure;
  return (
    <li className="upload" data-failed={failure ? '' : undefined} aria-busy={going}>
      {preview && !unseen ? (
        <img src={preview} alt="" onError={() => setUnseen(true)} />
      ) : (
        <FileText size={18} aria-hidden />
      )}
      <div className="upload-words">
        <span className="upload-name" title={name} dir="auto">
          {name}
        </span>
        {failure ? (
          <span className="upload-failure" role="alert">
            {failure}
          </span>
        ) : (
          <span className="upload-about">{about(upload, language)}</span>
        )}
        {going && (
          <progress aria-label={files.uploadingNamed(name)} max={1} value={upload.sent ?? undefined}>
            {Math.round((upload.sent ?? 0) * 100)} %
          </progress>
        )}
      </div>
      {failure && !isFinal && (
        <button
          type="button"
          className="icon-button"
          aria-label={files.tryAgain(name)}
          title={language.text.frame.tryAgain}
          onClick={() => {
            uploads.retry(key);
            void chat.focusComposer();
          }}
        >
          <RotateCw size={14} aria-hidden />
        </button>
      )}
      <button
        type="button"
        className="icon-button"
        aria-label={files.remove(name)}
        title={files.removeHint}
        onClick={() => {
          uploads.remove(key);
          void chat.focusComposer();
        }}
      >
        <X size={14} aria-hidden />
      </button>
    </li>
  );
}

function about({ size, sent, attachment }: Upload, { size: sizeOf, text: { files } }: Language): string {
  const whole = size === null ? '' : sizeOf(size);
  if (attachment) return whole;
  // All bytes are sent, and the server looks at them.
  if (sent === 1) return files.checking;
  return sent === null || size === null ? files.uploading : files.sentOf(sizeOf(size * sent), whole);
}
