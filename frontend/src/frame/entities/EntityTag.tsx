/*
 * Tags: what stands for an entity in a message. One that is interactive can be clicked and, while the pointer or the
 * focus rests on it, shows the preview of the host page; where the page has none, the title and description of a source.
 */
import type { Entity } from '@openai/chatkit';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useText } from '../../language/language';
import type { UserContent, WidgetNode } from '../../protocol/types';
import { useEscape } from '../../ui/use-escape';
import { NamedIcon } from '../../widgets/icons';
import { WidgetView } from '../../widgets/WidgetView';
import { useChat } from '../context';

type InputTag = Extract<UserContent, { type: 'input_tag' }>;
type VisiblePreview = { entity: Entity; widget: WidgetNode | null; at: DOMRect };

const REST_MS = 250;
const nothing = async () => {};

export function EntityTag({ tag }: { tag: InputTag }) {
  const { id, text: title, group, interactive, data = {} } = tag;
  if (!interactive) return <span className="tag">{title}</span>;
  return (
    <EntityButton className="tag" entity={{ id, title, group, interactive, data: data as Entity['data'] }}>
      {title}
    </EntityButton>
  );
}

/** `about`: what stands beside its icon where the host page gives no previews. */
type ButtonProps = {
  entity: Entity;
  className: string;
  label?: string;
  about?: string;
  children: ReactNode;
};

/** An entity wherever it is displayed: as a tag, or as the source of an answer. */
export function EntityButton({ entity, className, label, about, children }: ButtonProps) {
  const chat = useChat();
  const preview = useEntityPreview(about !== undefined);
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={label}
        onClick={() => {
          const { onClick } = chat.options.value.entities ?? {};
          if (onClick) chat.callHost('entities.onClick', () => onClick(entity));
        }}
        onPointerEnter={({ currentTarget }) => preview.show(entity, currentTarget)}
        onPointerLeave={preview.hide}
        onFocus={({ currentTarget }) =>
          currentTarget.matches(':focus-visible') && preview.show(entity, currentTarget)
        }
        onBlur={preview.hide}
      >
        {children}
      </button>
      {/* What is around an entity may cut off what hangs over its edge. */}
      {createPortal(<EntityPreview preview={preview} about={about} />, document.body)}
    </>
  );
}

/** The preview of the entity that the pointer rests on; asked for once and then remembered. */
export function useEntityPreview(speaksForItself = false) {
  const chat = useChat();
  const [visible, setVisible] = useState<VisiblePreview | null>(null);
  const wanted = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const hide = () => {
    wanted.current = null;
    clearTimeout(timer.current);
    setVisible(null);
  };
  const show = (entity: Entity, anchor: Element) => {
    if (!entity.interactive || wanted.current === entity.id) return;
    hide();
    wanted.current = entity.id;
    timer.current = setTimeout(async () => {
      const widget = await chat.entities.previewOf(entity);
      const alone = speaksForItself && !chat.options.value.entities?.onRequestPreview;
      if ((widget || alone) && wanted.current === entity.id) {
        setVisible({ entity, widget, at: anchor.getBoundingClientRect() });
      }
    }, REST_MS);
  };
  useEscape(visible !== null, hide);
  return { visible, show, hide };
}

const GAP = 8;
const WIDTH = 320;

type PreviewProps = { preview: ReturnType<typeof useEntityPreview>; about?: string };

export function EntityPreview({ preview: { visible }, about }: PreviewProps) {
  const { tag } = useText();
  const chat = useChat();
  if (!visible) return null;
  const { entity, widget, at } = visible;
  const left = Math.max(GAP, Math.min(at.left, innerWidth - WIDTH - GAP));
  // Where there is more room: a tag in the composer has none below it.
  const place =
    at.top > innerHeight - at.bottom ? { bottom: innerHeight - at.top + GAP } : { top: at.bottom + GAP };
  return (
    <div
      className="tag-preview"
      role="tooltip"
      aria-label={tag.preview(entity.title)}
      style={{ left, ...place }}
    >
      {widget ? (
        <WidgetView
          item={{ id: '', thread_id: '', created_at: '', type: 'widget', widget }}
          run={nothing}
          blockedReason={null}
          fail={(message) => chat.reportFailure('entities.onRequestPreview', message)}
        />
      ) : (
        <p className="tag-about" dir="auto">
          <NamedIcon name={entity.icon} size={16} />
          <span>{about}</span>
        </p>
      )}
    </div>
  );
}
