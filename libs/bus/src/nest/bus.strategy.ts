import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { Bus, Message, Subscription } from '../bus.contract';
import type { Parking } from '../parking/parking.contract';
import { BUS_TRANSPORT, type BusSource } from './bus.decorators';

/** The bus that is served, and where rejected messages go. */
export interface BusStrategyOptions {
  /** The strategy ends its own subscriptions only; whoever opened the bus closes it. */
  bus: Bus;
  /** Sets a rejected message aside, durably. `group` names the group whose handler rejected it. */
  onRejected: (message: Message, error: Error, group: string) => Promise<void>;
  /** Where the keys of a group are parked; undefined for a group without a database. */
  parkingOf?: (group: string) => Parking | undefined;
}

/** Serves the controller methods marked `@OnGroup` and `@OnBroadcast` from the bus, in a Nest microservice. */
export class BusStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = BUS_TRANSPORT;
  /** The bus sees every failure: it retries or sets aside, so Nest need not report it too. */
  override readonly propagatesEventHandlerErrors = true;
  private readonly subscriptions: Subscription[] = [];
  private listening = false;

  constructor(private readonly options: BusStrategyOptions) {
    super();
  }

  /** True once every broadcast is complete and every group has joined, or goes on trying by itself. */
  get ready(): boolean {
    return this.listening;
  }

  /**
   * Subscribes every handler. Calls back without an error when it is `ready`: with a bus that is away that is when it
   * is back. Calls back with the error where a group has two handlers or the bus was closed.
   */
  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await Promise.all([...this.messageHandlers].map(([pattern, handler]) => this.subscribe(pattern, handler)));
      this.listening = true;
    } catch (error) {
      callback(error);
      return;
    }
    callback();
  }

  async close(): Promise<void> {
    this.listening = false;
    await Promise.all(this.subscriptions.map((subscription) => subscription.close()));
  }

  /** The strategy emits no events. */
  on(): void {}

  unwrap<T>(): T {
    return this.options.bus as T;
  }

  private async subscribe(pattern: string, handler: MessageHandler): Promise<void> {
    const { topic, group, maxBatch } = (handler.extras as { source: BusSource }).source;
    if (handler.next) throw new Error(`two handlers for ${pattern}`);
    const handle = async (batch: readonly Message[]) => {
      await lastValueFrom(this.transformToObservable(handler(batch, undefined)), { defaultValue: undefined });
    };
    const { bus, onRejected, parkingOf } = this.options;
    const subscription = group
      ? await bus.group({ topic, group, maxBatch, handle, parking: parkingOf?.(group), onRejected: (message, error) => onRejected(message, error, group) })
      : await bus.broadcast({ topic, handle });
    this.subscriptions.push(subscription);
  }
}
