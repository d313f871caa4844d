/*
 * A screen of its own with a screen reader on it: Xvfb, a session bus, the accessibility bus and Orca, which hands
 * what it would say to speechd/. Nothing of the desktop of this machine is touched or read.
 */
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from '@playwright/test';
import { Programs, program } from './programs';

const NEEDED = {
  orca: ['orca'],
  xvfb: ['Xvfb'],
  dbus: ['dbus-daemon'],
  'at-spi2-core': ['at-spi-bus-launcher'],
};

/** The packages of Debian that this machine lacks. */
export const missingPackages = (): string[] =>
  Object.entries(NEEDED)
    .filter(([, names]) => !program(...names))
    .map(([name]) => name);

export type Utterance = { at: number; text: string };

export class Desktop {
  private constructor(
    readonly env: Record<string, string>,
    private readonly folder: string,
    private readonly programs: Programs,
  ) {}

  /** Where speechd/ keeps what is said: in the home of this desktop. */
  get #spoken() {
    return join(this.folder, 'spoken');
  }

  static async start(): Promise<Desktop> {
    // Short, because the name of a socket in it may have 108 characters.
    const folder = mkdtempSync(join(tmpdir(), 'sr-'));
    const programs = new Programs();
    const runtime = join(folder, 'run');
    mkdirSync(runtime, { mode: 0o700 });
    // Orca starts once for each user of a machine, as far as it finds with pgrep; this one has a desktop of its own.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'pgrep'), '#!/bin/sh\nexit 1\n', { mode: 0o700 });
    const env: Record<string, string> = {
      PATH: [bin, process.env.PATH].join(delimiter),
      LANG: 'C.UTF-8',
      HOME: folder,
      XDG_RUNTIME_DIR: runtime,
      GSETTINGS_BACKEND: 'memory',
      ACCESSIBILITY_ENABLED: '1',
      GNOME_ACCESSIBILITY: '1',
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const desktop = new Desktop(env, folder, programs);
    try {
      await desktop.#begin();
    } catch (error) {
      await desktop.stop();
      throw error;
    }
    return desktop;
  }

  async #begin() {
    const { env } = this;
    writeFileSync(this.#spoken, '');
    const screen = ['-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
    env.DISPLAY = `:${await this.#answerOf('Xvfb', ['-displayfd', '3', ...screen])}`;
    const bus = ['--session', '--nofork', '--nopidfile', '--print-address=3'];
    env.DBUS_SESSION_BUS_ADDRESS = await this.#answerOf('dbus-daemon', bus);
    this.#start('at-spi-bus-launcher', ['--launch-immediately', '--a11y=1', '--screen-reader=1']);
    await expect.poll(() => existsSync(join(this.folder, 'run/at-spi'))).toBe(true);
    this.#start('orca', []);
    await this.hears(/Screen reader on/);
  }

  #start(name: string, args: string[], answers = false) {
    return this.programs.start(program(name) as string, args, {
      env: this.env,
      cwd: this.folder,
      stdio: answers ? ['ignore', 'ignore', 'ignore', 'pipe'] : 'ignore',
    });
  }

  /** The first line that a program writes to the file that it calls 3. */
  async #answerOf(name: string, args: string[]): Promise<string> {
    const [line] = await once(this.#start(name, args, true).stdio[3] as Readable, 'data');
    return String(line).trim();
  }

  /** What was said since a moment, in seconds. */
  spoken(since = 0): Utterance[] {
    return readFileSync(this.#spoken, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line): Utterance => JSON.parse(line))
      .filter(({ at }) => at >= since);
  }

  /** All that was said since a moment, with spaces between the utterances. */
  words(since = 0): string {
    return this.spoken(since)
      .map(({ text }) => text.trim())
      .join(' ')
      .replace(/\s+/g, ' ');
  }

  async hears(what: RegExp | string, since = 0) {
    const wanted = typeof what === 'string' ? expect.stringContaining(what) : expect.stringMatching(what);
    await expect.poll(() => this.words(since), { timeout: 20_000 }).toEqual(wanted);
  }

  /** Resolves when nothing was said for a second and a half. */
  async fallsSilent() {
    const last = () => this.spoken().at(-1)?.at ?? 0;
    await expect.poll(() => Date.now() / 1_000 - last(), { timeout: 20_000 }).toBeGreaterThan(1.5);
  }

  async stop() {
    await this.programs.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export const now = () => Date.now() / 1_000;
