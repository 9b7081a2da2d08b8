import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a member in a process of its own says. */
interface Line {
  joined?: true;
  took?: string[];
  done?: string[];
  memory?: number;
}

/** A member of a group in a process of its own, whose handler waits until it is told to go. */
export class MemberProcess {
  readonly lines: Line[] = [];
  private readonly process: ChildProcess;
  private waiting: (() => void)[] = [];

  constructor(options: { brokers: string[]; topicPrefix: string; maxPartitions: number; group: string }) {
    const script = join(__dirname, 'kafka-member.mjs');
    this.process = spawn(process.execPath, ['--expose-gc', '--disable-warning=TimeoutNegativeWarning', script, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as Line);
      this.look();
    });
    this.process.on('exit', () => this.look());
  }

  /** Throws where it ends before that. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.process.exitCode !== null) throw new Error(`the member ended with ${this.process.exitCode}`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  say(word: 'go' | 'memory'): void {
    this.process.stdin!.write(`${word}\n`);
  }

  private look(): void {
    for (const look of this.waiting.splice(0)) look();
  }

  /** Bytes of its buffers, after it has collected its garbage. */
  async memory(): Promise<number> {
    const before = this.lines.length;
    this.say('memory');
    const answer = () => this.lines.slice(before).find((line) => line.memory !== undefined);
    await this.until(() => answer() !== undefined);
    return answer()!.memory!;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.process.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
  }
}
