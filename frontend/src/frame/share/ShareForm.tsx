import { Link } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useText } from '../../language/language';
import type { ShareRequest } from '../../protocol/thread-extras';
import type { SharingDialog } from './sharing';

const DAYS = [1, 7, 30, 365];
const USUAL = 30;
const DAY_S = 86_400;

type Props = SharingDialog & { hasFiles: boolean; onCreate(request: ShareRequest): Promise<void> };

/** What a new link shows, and for how long. */
export function ShareForm({ until, hasFiles, onCreate }: Props) {
  const { share: words } = useText();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const form = new FormData(event.currentTarget);
    const days = Number(form.get('days'));
    setBusy(true);
    await onCreate({
      ...(until && form.get('part') === 'here' && { until }),
      ...(days > 0 && { expires_in: days * DAY_S }),
      attachments: form.has('attachments'),
    });
    setBusy(false);
  };
  return (
    <form className="share-form" onSubmit={(event) => void submit(event)}>
      {until && (
        <fieldset>
          <legend className="visually-hidden">{words.what}</legend>
          <label>
            <input type="radio" name="part" value="here" defaultChecked /> {words.here}
          </label>
          <label>
            <input type="radio" name="part" value="whole" /> {words.whole}
          </label>
        </fieldset>
      )}
      {hasFiles && (
        <label>
          <input type="checkbox" name="attachments" /> {words.attachments}
        </label>
      )}
      <div className="share-line">
        <label className="share-expiry">
          <span>{words.expires}</span>
          <select name="days" className="field" defaultValue={USUAL}>
            {DAYS.map((days) => (
              <option key={days} value={days}>
                {words.days(days)}
              </option>
            ))}
            <option value={0}>{words.never}</option>
          </select>
        </label>
        <button type="submit" className="button primary" aria-disabled={isBusy || undefined}>
          <Link size={15} aria-hidden /> {words.create}
        </button>
      </div>
    </form>
  );
}
