import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Operator } from '@throughline/platform';
import { RebuildRuns, type RebuildView } from './rebuild-runs';

/** Where the operator has the read models made anew, and sees how far it is. Reached at the service itself: no route of the router leads here. */
@Operator()
@ApiExcludeController()
@Controller('internal/rebuilds')
export class RebuildController {
  constructor(private readonly runs: RebuildRuns) {}

  @Post()
  @HttpCode(202)
  start(): Promise<RebuildView> {
    return this.runs.start();
  }

  @Get(':id')
  see(@Param('id') id: string): RebuildView {
    return this.runs.see(id);
  }
}
