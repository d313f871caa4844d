import { useText } from '../language/language';
import type { UserContent } from '../protocol/types';
import { NamedIcon } from '../widgets/icons';
import { useChat } from './context';
import { useStore } from './store';

export function StartScreen() {
  const chat = useChat();
  const text = useText();
  const { startScreen } = useStore(chat.options);
  return (
    <div className="start">
      <h1 dir="auto">{startScreen?.greeting ?? text.start.greeting}</h1>
      {startScreen?.prompts && startScreen.prompts.length > 0 && (
        <ul className="prompts">
          {startScreen.prompts.map(({ label, prompt, icon }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two prompts may be called the same
            <li key={at}>
              <button
                type="button"
                onClick={() => {
                  chat.moveOn();
                  void chat.outgoing.sendPrompt(prompt as string | UserContent[]);
                }}
              >
                <NamedIcon name={icon} size={17} />
                <span dir="auto">{label}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
