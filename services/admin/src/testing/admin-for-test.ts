import type { RuntimeConfig } from '@throughline/platform';
import { startForTest, type TestService } from '@throughline/platform/testing';
import { adminService } from '../admin.module';

const OPERATOR = 'operator-token-of-the-test';

/** The fields of a JSON answer that the specs look at. */
export interface Body {
  [field: string]: unknown;
  id: string;
  token: string;
  items: Body[];
  next: string | null;
  previous: string | null;
  apiKey: Body;
  errors: { pointer: string; code: string }[];
}

export interface Answer {
  status: number;
  body: Body;
  headers: Record<string, unknown>;
  text: string;
}

export interface TestTenant {
  id: string;
  token: string;
}

/** The admin service in a database of its own, and what a client of it does. */
export class AdminForTest {
  private constructor(readonly service: TestService) {}

  static async start(more: Partial<RuntimeConfig> = {}): Promise<AdminForTest> {
    return new AdminForTest(await startForTest(adminService, { operatorToken: OPERATOR, ...more }));
  }

  async call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, token: string, payload?: object, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await this.service.app.inject({ method, url, payload, headers: { authorization: `Bearer ${token}`, ...headers } });
    const body = (answer.body ? answer.json() : {}) as Body;
    return { status: answer.statusCode, body, headers: answer.headers, text: answer.body };
  }

  makeTenant(tenant: object): Promise<Answer> {
    return this.call('POST', '/v1/tenants', OPERATOR, tenant);
  }

  async tenant(name: string): Promise<TestTenant> {
    const { body } = await this.makeTenant({ name });
    return { id: body.id, token: body.apiKey.token };
  }
}
