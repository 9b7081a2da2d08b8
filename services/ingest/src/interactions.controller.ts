import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { callerOf, ItemByItem, Scopes, toProblem, type CallerRequest } from '@throughline/platform';
import { AcceptedInteraction, BatchAnswer, PostedBatch, type BatchItem } from './answers';
import { itemsOf, singleOf } from './posted-body';
import { PostedInteraction } from './posted-interaction';
import { Posting, type Outcome } from './posting';

const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/**
 * The generic door. Bodies are checked by compiled schemas and not by the pipe; and handlers take the request alone, since Nest sends
 * every other parameter through all pipes, a promise each.
 */
@ApiTags('interactions')
@Scopes('ingest')
@Controller('v1/interactions')
export class InteractionsController {
  constructor(@Inject(Posting) private readonly posting: Posting) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Posts one interaction, or a CloudEvent 1.0 around it.' })
  @ApiBody({ type: PostedInteraction })
  @ApiResponse({ status: 202, type: AcceptedInteraction, description: 'Durable: it will appear exactly once.' })
  async one(@Req() request: CallerRequest): Promise<AcceptedInteraction> {
    const [outcome] = await this.posting.post(callerOf(request), [singleOf(request.body, request.headers['content-type'])], traceOf(request));
    if (!outcome || 'error' in outcome) throw outcome?.error ?? new Error('the posted item has no outcome');
    return accepted(outcome);
  }

  @Post('batch')
  @HttpCode(200)
  @ItemByItem()
  @ApiOperation({ summary: 'Posts up to 1,000 interactions, or a batch of CloudEvents. A bad item hurts no other.' })
  @ApiBody({ type: PostedBatch })
  @ApiResponse({ status: 200, type: BatchAnswer })
  async batch(@Req() request: CallerRequest): Promise<BatchAnswer> {
    const { body, headers, unsafeNames } = request;
    const items = itemsOf({ body, contentType: headers['content-type'], unsafeNames });
    const outcomes = await this.posting.post(callerOf(request), items, traceOf(request));
    return { items: outcomes.map((outcome, index) => batchItem(outcome, index, request.id)) };
  }
}

function traceOf({ headers }: CallerRequest): string | undefined {
  const header = headers.traceparent;
  return typeof header === 'string' && TRACEPARENT.test(header) ? header : undefined;
}

const accepted = ({ interactionId, warnings }: Exclude<Outcome, { error: Error }>): AcceptedInteraction =>
  warnings.length > 0 ? { interactionId, warnings } : { interactionId };

const batchItem = (outcome: Outcome, index: number, requestId: string): BatchItem =>
  'error' in outcome
    ? { index, status: 'rejected', interactionId: null, problem: toProblem(outcome.error, requestId) }
    : { index, status: 'accepted', ...accepted(outcome) };
