import { Controller, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { rejected } from '@throughline/contracts';
import { testDatabase, type TestDatabase } from '@throughline/postgres/testing';
import type { Message } from '../bus.contract';
import { busMigration } from '../embedded/bus.migration';
import { openEmbeddedBus, type EmbeddedBus } from '../embedded/embedded-bus';
import { Inbox } from '../testing';
import { OnBroadcast, OnGroup } from './bus.decorators';
import { BusStrategy } from './bus.strategy';
import { text } from '../testing/bench';
import { plainFrames } from '../testing/plain-frames';

const worked = new Inbox();
const heard = new Inbox();
const heardToo = new Inbox();

@Controller()
class Handlers {
  @OnGroup({ topic: 'interactions', group: 'spec', maxBatch: 3 })
  async work(batch: readonly Message[]): Promise<void> {
    if (batch.some(({ value }) => value.toString() === 'bad')) throw rejected('bad', 'will never do');
    await worked.handle(batch);
  }

  @OnBroadcast({ topic: 'config' })
  hear(batch: readonly Message[]): Promise<void> {
    return heard.handle(batch);
  }

  @OnBroadcast({ topic: 'config' })
  hearToo(batch: readonly Message[]): Promise<void> {
    return heardToo.handle(batch);
  }
}

@Module({ controllers: [Handlers] })
class HandlersModule {}

@Controller()
class Rival {
  @OnGroup({ topic: 'interactions', group: 'spec' })
  async work(): Promise<void> {}
}

@Module({ controllers: [Handlers, Rival] })
class RivalsModule {}

const message = (value: string) => ({ key: Buffer.from('k'), value: Buffer.from(value) });

describe('the Nest strategy of the bus', () => {
  let test: TestDatabase;
  let bus: EmbeddedBus;

  beforeAll(async () => {
    test = await testDatabase('bus', [busMigration]);
    bus = openEmbeddedBus({ database: test.database, frames: plainFrames });
  });

  afterAll(async () => {
    await bus.close();
    await test.drop();
  });

  const serve = async (module: Type, onRejected: (message: Message, error: Error, group: string) => Promise<void>) => {
    const strategy = new BusStrategy({ bus, onRejected });
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, { strategy, logger: false });
    return { app, strategy };
  };

  it('listens once the broadcasts are complete, works batches, and hands on what is rejected as it is', async () => {
    const aside: unknown[] = [];
    await bus.publish('config', [message('one'), message('two')]);
    const { app, strategy } = await serve(HandlersModule, async ({ value }, error, group) => void aside.push([value.toString(), error.message, group]));
    await app.listen();
    expect([heard.texts, heardToo.texts, strategy.ready]).toEqual([['one', 'two'], ['one', 'two'], true]);
    await bus.publish('interactions', ['a', 'b', 'bad', 'c', 'd'].map((value) => text('k', value)));
    await worked.has('d');
    expect(worked.texts).toEqual(['a', 'b', 'c', 'd']);
    expect(aside).toEqual([['bad', 'will never do', 'spec']]);
    await app.close();
  });

  it('refuses two handlers for one group', async () => {
    const { app } = await serve(RivalsModule, async () => undefined);
    await expect(app.listen()).rejects.toThrow('two handlers for group:interactions:spec');
    await app.close();
  });
});
