import { Check, LoaderCircle, Mic, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useText } from '../../language/language';
import type { DictationRecorder, DictationState } from './dictation-recorder';

export function DictateButton({ recording }: { recording: DictationRecorder }) {
  const { dictation } = useText();
  return (
    <button
      type="button"
      className="icon-button dictate"
      aria-label={dictation.start}
      title={dictation.start}
      onClick={() => void recording.start()}
    >
      <Mic size={19} aria-hidden />
    </button>
  );
}

/** Stands in the place of the text while something is dictated. */
export function DictationLine({
  recording,
  state,
}: {
  recording: DictationRecorder;
  state: Exclude<DictationState, { phase: 'idle' }>;
}) {
  const { dictation } = useText();
  if (state.phase === 'transcribing') {
    return (
      <div className="dictation" role="status">
        <LoaderCircle className="spin" size={17} aria-hidden />
        <span className="shimmer">{dictation.transcribing}</span>
      </div>
    );
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    recording.cancel();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: handles Escape from the buttons inside
    <div className="dictation" onKeyDown={onKeyDown}>
      <span className="dictation-light" aria-hidden />
      <span className="visually-hidden" role="status">
        {dictation.recording}
      </span>
      <Clock since={state.since} />
      <Level stream={state.stream} />
      <button
        type="button"
        className="icon-button"
        aria-label={dictation.cancel}
        title={dictation.cancel}
        onClick={() => recording.cancel()}
      >
        <X size={18} aria-hidden />
      </button>
      <button
        // biome-ignore lint/a11y/noAutofocus: the button that was pressed is gone, and this is what comes next
        autoFocus
        type="button"
        className="send"
        aria-label={dictation.done}
        title={dictation.done}
        onClick={() => recording.finish()}
      >
        <Check size={18} aria-hidden />
      </button>
    </div>
  );
}

function Clock({ since }: { since: number }) {
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return (
    <span className="dictation-clock" role="timer">
      {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}
    </span>
  );
}

const BARS = 28;

/** How loud it has been lately, so that users see whether the microphone hears them. */
function Level({ stream }: { stream: MediaStream }) {
  const [levels, setLevels] = useState<number[]>([]);
  useEffect(() => {
    if (typeof AudioContext === 'undefined') return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      const loudness = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
      setLevels((before) => [...before.slice(1 - BARS), Math.min(1, loudness * 5)]);
    }, 100);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [stream]);
  return (
    <span className="dictation-level" aria-hidden>
      {Array.from({ length: BARS }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
        <i key={at} style={{ scale: `1 ${0.12 + 0.88 * (levels.at(at - BARS) ?? 0)}` }} />
      ))}
    </span>
  );
}
