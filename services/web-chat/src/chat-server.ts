import { Logger } from '@nestjs/common';
import { ThroughlineError } from '@throughline/contracts';
import type { Runtime } from '@throughline/platform';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { Server, type ExtendedError, type Socket } from 'socket.io';
import { isAllowedOrigin } from './allowed-origin';
import { ChatSession, type Acknowledgement } from './chat-session';
import type { ChatMessage, ConversationBuffer } from './conversation-buffer';
import { newVisitor, visitorOf, visitorToken } from './visitor-token';

/** Where browsers connect; the namespace is the site key. */
export const CHAT_PATH = '/v1/chat';
/** Bytes of one frame: a message of 16 KiB with its JSON. */
const MAX_FRAME = 64 * 1024;
const SESSION = /^[A-Za-z0-9_-]{1,64}$/;

/** What a browser shows on connecting; all of it is its own claim. */
interface Handshake {
  token?: unknown;
  session?: unknown;
  after?: unknown;
  identity?: unknown;
}

/** Why a connection is refused; the browser gets it as `connect_error` with `data.problem`. */
function refusal(slug: string, status: number): ExtendedError {
  return Object.assign(new Error(slug), { data: { problem: { type: `/problems/${slug}`, status } } });
}

/** The socket.io door: connects visitors by site key, origin and token, takes what they say, brings what we say. */
export class ChatServer {
  private readonly log = new Logger('web-chat');
  private io: Server | undefined;
  /** Open browsers by thread. */
  private readonly present = new Map<string, Set<Socket>>();

  constructor(
    private readonly runtime: Pick<Runtime, 'directory' | 'door' | 'vault' | 'clock'>,
    private readonly buffer: ConversationBuffer,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Shares the HTTP server's port. */
  attach(http: HttpServer): void {
    // Where anybody listens for upgrades Node takes every offer of one for accepted, and HTTP/2's comes with ordinary requests.
    Object.assign(http, { shouldUpgradeCallback: isForChat });
    this.io = new Server(http, { path: CHAT_PATH, maxHttpBufferSize: MAX_FRAME, cleanupEmptyChildNamespaces: true, cors: { origin: true } });
    this.io
      .of((name, _, next) => this.isSite(name).then((known) => next(null, known), () => next(null, false)))
      .use((socket, next) => this.admit(socket).then(() => next(), (error: unknown) => next(this.refused(error))))
      .on('connection', (socket: Socket) => this.serve(socket));
  }

  /** Ends all connections; browsers come back by themselves, to another replica where there is one. */
  close(): void {
    this.io?.disconnectSockets(true);
    this.io?.engine.close();
  }

  /** Hands a message on to the visitor's open browsers. */
  push(thread: string, message: ChatMessage): void {
    for (const socket of this.present.get(thread) ?? []) this.send(socket, message);
  }

  private async isSite(name: string): Promise<boolean> {
    return (await this.runtime.directory.accountByAddress('web-chat', name.slice(1))) !== undefined;
  }

  /** Throws what `refusal` makes. */
  private async admit(socket: Socket): Promise<void> {
    const account = await this.runtime.directory.accountByAddress('web-chat', socket.nsp.name.slice(1));
    if (!account) throw refusal('unknown-site', 404);
    if (!isAllowedOrigin(socket.handshake.headers.origin, account.settings)) throw refusal('origin', 403);
    const { token, session } = socket.handshake.auth as Handshake;
    const keys = await this.runtime.vault.forTenant(account.tenant);
    const visitor = token === undefined || token === null ? newVisitor() : visitorOf(keys, account.id, String(token));
    if (!visitor) throw refusal('visitor-token', 401);
    const conversation = typeof session === 'string' && SESSION.test(session) ? `${visitor}/${session}` : visitor;
    socket.data = { session: new ChatSession(this.runtime, account, visitor, conversation, this.now), token: visitorToken(keys, account.id, visitor) };
  }

  private refused(error: unknown): ExtendedError {
    if (error instanceof Error && 'data' in error) return error;
    const slug = error instanceof ThroughlineError ? error.slug : 'internal';
    this.log.error(`connection not admitted: ${slug}`);
    return refusal('unavailable', 503);
  }

  private serve(socket: Socket): void {
    const session = sessionOf(socket);
    const { token } = socket.data as { token: string };
    const { after, identity } = socket.handshake.auth as Handshake;
    socket.on('message', (payload: unknown, ack: unknown) => answer(ack, session.message(payload)));
    socket.on('page', (payload: unknown, ack: unknown) => answer(ack, session.page(payload)));
    socket.on('identify', (payload: unknown, ack: unknown) => answer(ack, session.identify(payload)));
    socket.emit('hello', { visitor: session.visitor, conversation: session.conversation, token });
    if (identity !== undefined && identity !== null) void session.identify(identity);
    this.catchUp(socket, typeof after === 'string' ? after : undefined);
  }

  /** All in one turn of the event loop, so nothing can slip in between what is missing and what comes next. */
  private catchUp(socket: Socket, after: string | undefined): void {
    const session = sessionOf(socket);
    const { thread } = session;
    for (const id of this.buffer.unreceipted(thread, after)) this.receipt(session, id);
    for (const message of this.buffer.since(thread, after)) this.send(socket, message);
    const here = this.present.get(thread) ?? new Set();
    this.present.set(thread, here.add(socket));
    socket.on('disconnect', () => {
      here.delete(socket);
      if (here.size === 0 && this.present.get(thread) === here) this.present.delete(thread);
    });
  }

  private send(socket: Socket, message: ChatMessage): void {
    // Without an acknowledgement the browser lacks it still: it says so by `after` when it comes back.
    socket.emit('message', message, () => this.receipt(sessionOf(socket), message.id));
  }

  /** One that fails is tried again when the visitor connects with an `after` beyond it. */
  private receipt(session: ChatSession, id: string): void {
    void session.delivered(id).then((durable) => {
      if (durable) this.buffer.receipted(session.thread, id);
    });
  }
}

/** What is no WebSocket of ours is answered as if it offered no other protocol (RFC 9110, section 7.8). */
const isForChat = ({ url = '', headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket' && url.startsWith(`${CHAT_PATH}/`);

const sessionOf = (socket: Socket): ChatSession => (socket.data as { session: ChatSession }).session;

function answer(ack: unknown, work: Promise<Acknowledgement>): void {
  void work.then((acknowledgement) => {
    if (typeof ack === 'function') ack(acknowledgement);
  });
}
