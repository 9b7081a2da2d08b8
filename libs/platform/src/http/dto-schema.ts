import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { getMetadataStorage } from 'class-validator';

export type Dto = abstract new () => object;

/** A JSON schema; `told` says for each keyword which constraint it stands for and what its message is. */
export interface Schema {
  [keyword: string]: unknown;
  told?: Record<string, Told>;
}

export interface Told {
  code: string;
  detail: string;
}

interface Rule {
  propertyName: string;
  type: string;
  name?: string;
  constraints?: unknown[];
  each: boolean;
  message?: unknown;
}

type Keywords = (constraints: readonly unknown[]) => Record<string, unknown>;

/** What a constraint of class-validator is in JSON Schema, and its message. One that is not here stops the start. */
const RULES: Record<string, { schema: Keywords; detail: (constraints: readonly unknown[]) => string }> = {
  isString: { schema: () => ({ type: 'string' }), detail: () => 'Must be a text.' },
  isBoolean: { schema: () => ({ type: 'boolean' }), detail: () => 'Must be true or false.' },
  isInt: { schema: () => ({ type: 'integer' }), detail: () => 'Must be a whole number.' },
  isNumber: { schema: () => ({ type: 'number' }), detail: () => 'Must be a number.' },
  isObject: { schema: () => ({ type: 'object' }), detail: () => 'Must be an object.' },
  isArray: { schema: () => ({ type: 'array' }), detail: () => 'Must be a list.' },
  isLength: { schema: ([min, max]) => ({ minLength: min, maxLength: max }), detail: ([min, max]) => `Must have ${String(min)} to ${String(max)} characters.` },
  maxLength: { schema: ([max]) => ({ maxLength: max }), detail: ([max]) => `Must have at most ${String(max)} characters.` },
  matches: { schema: ([pattern]) => ({ pattern: (pattern as RegExp).source }), detail: () => 'Does not have the promised form.' },
  isIn: { schema: ([values]) => ({ enum: values }), detail: ([values]) => `Must be one of ${(values as string[]).join(', ')}.` },
  min: { schema: ([min]) => ({ minimum: min }), detail: ([min]) => `Must be at least ${String(min)}.` },
  max: { schema: ([max]) => ({ maximum: max }), detail: ([max]) => `Must be at most ${String(max)}.` },
  arrayMaxSize: { schema: ([max]) => ({ maxItems: max }), detail: ([max]) => `Must have at most ${String(max)} items.` },
};

/** The JSON schema that a class-validator class stands for: unknown fields are refused, an optional field may be null. */
export function dtoSchema(dto: Dto): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [name, rules] of rulesOf(dto)) {
    const optional = rules.some((rule) => rule.name === 'isOptional');
    properties[name] = propertySchema(dto, name, rules, optional);
    if (!optional) required.push(name);
  }
  return {
    type: 'object',
    properties,
    required,
    additionalProperties: false,
    told: {
      type: { code: 'isObject', detail: 'Must be an object.' },
      required: { code: 'isDefined', detail: 'Is required.' },
      additionalProperties: { code: 'whitelistValidation', detail: 'Is not a field we know.' },
    },
  };
}

function rulesOf(dto: Dto): Map<string, Rule[]> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false) as Rule[];
  const byProperty = new Map<string, Rule[]>();
  for (const rule of rules) byProperty.set(rule.propertyName, [...(byProperty.get(rule.propertyName) ?? []), rule]);
  return byProperty;
}

function propertySchema(dto: Dto, name: string, rules: readonly Rule[], optional: boolean): Schema {
  const own: Schema = { told: {} };
  const items: Schema = { told: {} };
  for (const rule of rules) {
    if (rule.type === 'customValidation') apply(dto, rule.each ? items : own, rule);
    if (rule.type === 'nestedValidation') Object.assign(rule.each ? items : own, nested(dto, name));
  }
  if (Object.keys(items).length > 1) own.items = items;
  return optional ? orNull(own) : own;
}

function apply(dto: Dto, schema: Schema, { name = '', constraints = [], propertyName, message }: Rule): void {
  const rule = RULES[name];
  if (!rule) throw new Error(`${dto.name}.${propertyName}: no JSON schema for the constraint ${name}`);
  const keywords = rule.schema(constraints);
  const detail = typeof message === 'string' ? message : rule.detail(constraints);
  Object.assign(schema, keywords);
  for (const keyword of Object.keys(keywords)) schema.told![keyword] = { code: name, detail };
}

function nested(dto: Dto, name: string): Schema {
  const type = defaultMetadataStorage.findTypeMetadata(dto, name)?.typeFunction();
  if (!type) throw new Error(`${dto.name}.${name}: @ValidateNested() needs @Type(() => ...)`);
  return dtoSchema(type);
}

/** class-validator's `IsOptional` lets null pass as well. */
function orNull(schema: Schema): Schema {
  if (schema.enum) return { ...schema, enum: [...(schema.enum as unknown[]), null], ...(schema.type !== undefined && { nullable: true }) };
  return schema.type ? { ...schema, nullable: true } : schema;
}
