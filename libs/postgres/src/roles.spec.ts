import { roleName, schemaName } from './roles';
import { systemTable, tenantWall } from './tenant-wall';

describe('names in SQL', () => {
  it('are made of the service', () => {
    expect(schemaName('web-chat')).toBe('web_chat');
    expect(roleName('web-chat', 'login')).toBe('tl_web_chat');
    expect(roleName('web-chat', 'writer')).toBe('tl_web_chat_writer');
  });

  it.each(['', 'Web', 'web_chat', 'a;drop', '1a', '-a', 'a-', 'a--b', 'x'.repeat(41)])('refuse the service %j', (service) => {
    expect(() => schemaName(service)).toThrow('not a service name');
  });

  it.each(['', 'a b', 'a;', 'A', 'a.b', '"a"'])('refuse the table %j', (table) => {
    expect(() => tenantWall('web-chat', table)).toThrow('not a table name');
    expect(() => systemTable('web-chat', table)).toThrow('not a table name');
  });
});
