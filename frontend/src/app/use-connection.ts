/*
 * Which connection the page shows: the one in its address, else the one of the last visit, else the server's
 * default agent. The address then names it, and a workflow that came with a link joins the list.
 */
import { useEffect } from 'react';
import type { Agent, Agents } from './agents';
import { addWorkflows, type HostedWorkflow, isId, useWorkflows } from './hosted/workflows';
import { readStored, writeStored } from './local-storage';
import { keyOf, type Target, targetOf, useTarget } from './share-link';

export type Connection =
  | { kind: 'agent'; agent: Agent }
  | { kind: 'workflow'; workflow: HostedWorkflow }
  /** The address names something that is not there. */
  | { kind: 'missing'; target: Target };

export function useConnection(agents: Agents | null) {
  const { target, go, settle } = useTarget();
  const workflows = useWorkflows();

  useEffect(() => {
    const last = target ? null : lastVisit(agents, workflows);
    if (last) settle(last);
  }, [target, agents, workflows, settle]);

  useEffect(() => {
    if (!target) return;
    if (target.kind === 'workflow' && isId(target.id)) addWorkflows([{ id: target.id, label: '' }]);
    writeStored('active', keyOf(target));
  }, [target]);

  return { target, go, connection: target && connectionOf(target, agents, workflows) };
}

export const defaultOf = ({ agents, default: first }: Agents) =>
  agents.find(({ id }) => id === first) ?? (agents[0] as Agent);

function lastVisit(agents: Agents | null, workflows: HostedWorkflow[]): Target | null {
  const last = targetOf(readStored('active'));
  if (last?.kind === 'workflow' && workflows.some(({ id }) => id === last.id)) return last;
  if (!agents) return null;
  if (last?.kind === 'agent' && agents.agents.some(({ id }) => id === last.id)) return last;
  return { kind: 'agent', id: defaultOf(agents).id };
}

function connectionOf(target: Target, agents: Agents | null, workflows: HostedWorkflow[]): Connection | null {
  if (target.kind === 'workflow') {
    if (!isId(target.id)) return { kind: 'missing', target };
    const known = workflows.find(({ id }) => id === target.id);
    return { kind: 'workflow', workflow: known ?? { id: target.id, label: '' } };
  }
  if (!agents) return null;
  const agent = agents.agents.find(({ id }) => id === target.id);
  return agent ? { kind: 'agent', agent } : { kind: 'missing', target };
}
