/* The starters under their headings, narrowed by a heading or a word. */
import { useState } from 'react';
import { Choices } from '../Choices';
import type { Starter } from '../workshop-api';
import { Entry } from './Entry';

const ALL = 'All';

export function Starters({ starters, open }: { starters: Starter[]; open(starter: Starter): void }) {
  const [group, setGroup] = useState(ALL);
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const visible = starters.filter(
    (starter) =>
      (group === ALL || starter.group === group) &&
      `${starter.draft?.title} ${starter.about} ${starter.name}`.toLowerCase().includes(wanted),
  );
  return (
    <section className="ws-section" aria-labelledby="starters">
      <header>
        <h2 id="starters">Starters</h2>
        <Choices
          label="Show"
          options={[ALL, ...new Set(starters.map((starter) => starter.group))].map((name) => [name, name])}
          chosen={group}
          choose={setGroup}
        />
        <input
          type="search"
          className="ws-input"
          aria-label="Find a starter"
          placeholder="Find a starter"
          value={typed}
          dir="auto"
          onChange={(event) => setTyped(event.target.value)}
        />
      </header>
      {visible.length === 0 && <p>No starter is for that. A new widget begins as an empty card.</p>}
      <div className="ws-gallery">
        {visible.map((starter) => (
          <Entry
            key={starter.name}
            name={`Starter ${starter.name}`}
            title={starter.draft?.title ?? starter.name}
            note={starter.about}
            tree={starter.tree}
            open={() => open(starter)}
          />
        ))}
      </div>
    </section>
  );
}
