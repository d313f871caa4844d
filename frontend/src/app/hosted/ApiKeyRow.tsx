import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { useAppText } from '../language/app-language';
import { useFocusReturn } from '../use-focus-return';
import { ApiKeyForm } from './ApiKeyForm';
import { type ApiKey, forgetApiKey } from './api-key';

/** The key as the list of workflows shows it: that it is there and how long it stays, and no more of it than its end. */
export function ApiKeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { apiKey: text } = useAppText();
  const [isOpen, setOpen] = useState(false);
  const { opener, returnFocus } = useFocusReturn();
  const leave = () => {
    setOpen(false);
    returnFocus();
  };
  const forget = () => {
    forgetApiKey();
    returnFocus();
  };
  if (isOpen) return <ApiKeyForm current={apiKey} onDone={leave} />;
  return (
    <div className="key-row">
      <KeyRound size={14} aria-hidden />
      <span className="key-state">
        {apiKey ? (
          <>
            {text.end(apiKey.key.slice(-4))}
            <small>{apiKey.remembered ? text.onDevice : text.inTab}</small>
          </>
        ) : (
          text.none
        )}
      </span>
      <button ref={opener} type="button" className="text-button" onClick={() => setOpen(true)}>
        {apiKey ? text.change : text.add}
      </button>
      {apiKey && (
        <button type="button" className="text-button" onClick={forget}>
          {text.forget}
        </button>
      )}
    </div>
  );
}
