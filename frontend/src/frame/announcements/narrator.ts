/*
 * Announces a thread to a screen reader: what comes while it is on the screen, never what was there before. The words
 * of an answer come from the page, where its Markdown is drawn (answer-reader.ts); all else from the thread's items.
 *
 * Invariant: nothing is heard out of order; of a message or widget that is being written, nothing after it is announced.
 */
import type { Language } from '../../language/language';
import { isPolling, isResponding, type ResponseStatus } from '../../protocol/response-status';
import { isPending, type ThreadState } from '../../protocol/thread-state';
import type { ThreadItem, WidgetNode } from '../../protocol/types';
import { plainText } from '../../widgets/reading/words';
import { titleOf } from '../items/TaskView';
import type { Announcer } from './announcer';
import { AnswerReader } from './answer-reader';
import { outcomeText, widgetText } from './widget-text';

export class Narrator {
  #reader: AnswerReader;
  /** What was there before: nothing of it is announced, and nothing above it. */
  #skipped = new Set<string>();
  #announced = new Set<string>();
  #widgets = new Map<string, WidgetNode>();
  #notices = 0;

  constructor(
    private readonly announcer: Announcer,
    private readonly language: Language,
    private readonly log: Element,
    /** Widgets whose change is not announced: they refresh themselves, again and again. */
    private readonly quiet: { has(widget: WidgetNode): boolean } = new WeakSet(),
  ) {
    const { message } = language.text;
    this.#reader = new AnswerReader(language.locale, { code: message.codeBlock, table: message.tableOf });
  }

  /** Takes what there is as announced; of an answer that is being written, what there is of it. */
  skip({ items, notices, status }: ThreadState) {
    for (const item of items) {
      if (item.type === 'widget') this.#widgets.set(item.id, item.widget);
      const goesOn = isOpen(item, status);
      if (goesOn && item.type === 'assistant_message') this.#read(item.id, false);
      if (goesOn) this.#skipped.delete(item.id);
      else if (!isPending(item)) this.#skipped.add(item.id);
    }
    this.#notices = notices.length;
  }

  /** `settled`: the page shows all that the items have by now. */
  announce({ items, notices, status }: ThreadState, settled: boolean) {
    const from = items.findLastIndex(({ id }) => this.#skipped.has(id)) + 1;
    this.#announceChangedWidgets(items, status);
    this.#announceItems(items.slice(from), status, settled);
    for (const { level, title, message } of notices.slice(this.#notices)) {
      // What is dangerous is an alert by itself.
      if (level !== 'danger') this.announcer.say([title, plainText(message)].filter(Boolean).join(': '));
    }
    this.#notices = notices.length;
    this.#announceState(items, status);
  }

  #announceItems(items: ThreadItem[], status: ResponseStatus, settled: boolean) {
    for (const item of items) {
      if (this.#announced.has(item.id) || isPending(item)) continue;
      const ended = settled && !isOpen(item, status);
      if (item.type === 'assistant_message') this.announcer.say(this.#read(item.id, ended));
      else if (ended) this.announcer.say(this.#wordsOf(item));
      if (ended) this.#announced.add(item.id);
      else if (item.type === 'assistant_message' || item.type === 'widget') return;
      if (item.type === 'widget') this.#widgets.set(item.id, item.widget);
    }
  }

  #read(id: string, complete: boolean): string {
    const article = this.log.querySelector(`[data-item="${CSS.escape(id)}"]`);
    return article ? this.#reader.read(article, complete).join(' ') : '';
  }

  #wordsOf(item: ThreadItem): string {
    const { text } = this.language;
    if (item.type === 'widget') return widgetText(item.widget);
    if (item.type === 'generated_image') return item.image ? text.work.picture : text.work.pictureMissing;
    if (item.type === 'structured_input' && item.status === 'pending') {
      return item.inputs.map(({ question }) => question).join(' ');
    }
    return '';
  }

  /** What an action, or the work on an answer, has changed in what was there. */
  #announceChangedWidgets(items: ThreadItem[], status: ResponseStatus) {
    const { removed } = this.language.text.widgets;
    for (const item of items) {
      if (item.type !== 'widget' || isOpen(item, status)) continue;
      const before = this.#widgets.get(item.id);
      if (!before || before === item.widget) continue;
      this.#widgets.set(item.id, item.widget);
      if (!this.quiet.has(item.widget)) this.announcer.say(outcomeText(before, item.widget, removed));
    }
  }

  #announceState(items: ThreadItem[], status: ResponseStatus) {
    const { text } = this.language;
    if (isPolling(status)) return this.announcer.state(text.thread.polling);
    if (!isResponding(status)) return this.announcer.endState();
    if (status.type === 'streaming') {
      if (status.isDisconnected) return this.announcer.state(text.thread.reconnecting);
      if (status.progress) return this.announcer.state(status.progress.text);
    }
    const last = items.at(-1);
    this.announcer.state((last && this.#stateOf(last)) || text.thread.working);
  }

  #stateOf(item: ThreadItem): string {
    const { text } = this.language;
    if (item.type === 'client_tool_call') return text.work.waiting;
    if (item.type === 'generated_image') return text.work.pictureComing;
    if (item.type === 'task') return titleOf(item.task, text);
    if (item.type !== 'workflow') return '';
    const task = item.workflow.tasks.at(-1);
    const ongoing = item.workflow.type === 'reasoning' ? text.work.thinking : text.work.working;
    return (task && titleOf(task, text)) || ongoing;
  }
}

const isRunning = (status: ResponseStatus) => isResponding(status) || isPolling(status);

/** Whether more of an item is to come. */
function isOpen(item: ThreadItem, status: ResponseStatus): boolean {
  if (!isRunning(status)) return false;
  if (item.type === 'generated_image') return !item.image || (item.progress ?? 1) < 1;
  return status.type === 'streaming' && status.openItems.has(item.id);
}
