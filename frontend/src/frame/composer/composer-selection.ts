/*
 * The tool and the model that the next message asks for. The host page offers them; the user chooses, or the page
 * does with `setComposerValue`. A tool is chosen for one message, unless it is persistent.
 */
import type { ModelOption, ToolOption } from '@openai/chatkit';
import type { UsableOptions } from '../../options/read-options';
import type { InferenceOptions } from '../../protocol/types';
import type { Host } from '../host';
import { Store } from '../store';

export class ComposerSelection {
  readonly tool: Store<ToolOption | null> = new Store<ToolOption | null>(null);
  readonly model: Store<ModelOption | null> = new Store<ModelOption | null>(null);

  constructor(
    private readonly options: Store<UsableOptions>,
    private readonly host: Host,
  ) {
    this.model.set(this.#defaultModel());
    options.subscribe(() => this.#onOptions());
  }

  get inference(): InferenceOptions {
    const tool = this.tool.value;
    const model = this.model.value;
    return { ...(tool && { tool_choice: { id: tool.id } }), ...(model && { model: model.id }) };
  }

  /** Why the tool cannot be chosen; null when it is. */
  chooseTool(id: string | null): string | null {
    const tool = this.#tools.find((one) => one.id === id) ?? null;
    if (id !== null && !tool) return `There is no tool "${id}" in composer.tools.`;
    if (tool?.id === this.tool.value?.id) return null;
    this.tool.set(tool);
    this.host.emit('tool.change', { toolId: tool?.id ?? null });
    return null;
  }

  /** Why the model cannot be chosen; null when it is. */
  chooseModel(id: string): string | null {
    const model = this.#models.find((one) => one.id === id);
    if (!model || model.disabled) return `There is no model "${id}" to choose in composer.models.`;
    this.model.set(model);
    return null;
  }

  /** Clears the tool after a message was sent; returns what restores it, should the message be refused. */
  afterSend(): () => void {
    const tool = this.tool.value;
    if (tool && !tool.persistent) this.chooseTool(null);
    return () => tool && !this.tool.value && this.#tools.includes(tool) && this.chooseTool(tool.id);
  }

  get #tools() {
    return this.options.value.composer?.tools ?? [];
  }

  get #models() {
    return this.options.value.composer?.models ?? [];
  }

  #defaultModel(): ModelOption | null {
    const open = this.#models.filter(({ disabled }) => !disabled);
    return open.find((model) => model.default) ?? open[0] ?? null;
  }

  /** New options are a whole new set: what was chosen stays chosen where it is still offered. */
  #onOptions() {
    const { value } = this.tool;
    const tool = this.#tools.find(({ id }) => id === value?.id) ?? null;
    if (tool) this.tool.set(tool);
    else this.chooseTool(null);
    const model = this.#models.find(({ id, disabled }) => id === this.model.value?.id && !disabled);
    this.model.set(model ?? this.#defaultModel());
  }
}
