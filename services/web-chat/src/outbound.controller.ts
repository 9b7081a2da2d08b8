import { Controller } from '@nestjs/common';
import { OnBroadcast, type Message } from '@throughline/bus';
import { OutboundReader } from './outbound-reader';

@Controller()
export class OutboundController {
  constructor(private readonly reader: OutboundReader) {}

  @OnBroadcast({ topic: 'outbound' })
  take(batch: readonly Message[]): Promise<void> {
    return this.reader.take(batch);
  }
}
