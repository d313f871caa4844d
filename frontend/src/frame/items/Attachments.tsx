import { FileText } from 'lucide-react';
import { useState } from 'react';
import { useText } from '../../language/language';
import type { Attachment } from '../../protocol/types';
import { allowedImageSource } from '../../ui/image-sources';
import { ZoomableImage } from './ZoomableImage';

/** What a message carries: pictures as pictures, everything else by its name. */
export function Attachments({ attachments }: { attachments: Attachment[] }) {
  const text = useText();
  const pictures = attachments.filter(({ type }) => type === 'image');
  const files = attachments.filter(({ type }) => type !== 'image');
  return (
    <>
      {pictures.length > 0 && <AttachmentList label={text.message.pictures} attachments={pictures} />}
      {files.length > 0 && <AttachmentList label={text.message.files} attachments={files} />}
    </>
  );
}

function AttachmentList({ label, attachments }: { label: string; attachments: Attachment[] }) {
  return (
    <ul className="attachments" aria-label={label}>
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          <AttachmentView attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}

function AttachmentView({ attachment: { name, type, preview_url } }: { attachment: Attachment }) {
  const [broken, setBroken] = useState(false);
  // Where files are kept is decided by the operator of the server, not by what is written in a thread.
  const src = allowedImageSource(preview_url, null);
  if (type === 'image' && src && !broken) {
    return <ZoomableImage className="picture" src={src} name={name} onError={() => setBroken(true)} />;
  }
  return (
    <span className="chip" title={name}>
      <FileText size={16} aria-hidden /> <span dir="auto">{name}</span>
    </span>
  );
}
