import { plainToInstance, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsInt, IsNumber, IsObject, IsOptional, IsString, IsUUID, Length, Matches, Max, MaxLength, Min, ValidateNested, validateSync } from 'class-validator';
import fc from 'fast-check';
import { compileDto } from './compile-dto';
import { fieldErrors } from './validation-errors';

class Part {
  @IsString()
  @Length(1, 5)
  name!: string;

  @IsOptional()
  @IsBoolean()
  flag?: boolean;
}

class Whole {
  @IsString()
  @Matches(/^[a-z]+$/)
  word!: string;

  @IsIn(['in', 'out'])
  direction!: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(10)
  count?: number;

  @IsOptional()
  @IsNumber()
  ratio?: number;

  @IsArray()
  @ArrayMaxSize(2)
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts!: Part[];

  @IsOptional()
  @IsObject()
  data?: object;

  @IsOptional()
  @IsString()
  @MaxLength(3)
  note?: string;
}

const check = compileDto(Whole);
const good = { word: 'a', direction: 'in', parts: [{ name: 'x' }] };

/** What class-validator itself says. */
const slowly = (value: object) => fieldErrors(validateSync(plainToInstance(Whole, value), { whitelist: true, forbidNonWhitelisted: true }));

describe('a compiled DTO', () => {
  it('passes what is as promised', () => {
    expect(check(good)).toEqual([]);
  });

  it('names fields and constraints as class-validator does', () => {
    expect(check({ ...good, parts: [{ name: 7 }], count: 11 }).map(({ pointer, code }) => [pointer, code])).toEqual([['/count', 'max'], ['/parts/0/name', 'isString']]);
    expect(check({ word: 'a', direction: 'in', 'a/b': 1, parts: [] })).toEqual([{ pointer: '/a~1b', code: 'whitelistValidation', detail: 'Is not a field we know.' }]);
    expect(check({ ...good, word: undefined })).toMatchObject([{ pointer: '/word', code: 'isDefined' }]);
  });

  it('never repeats a value', () => {
    const errors = check({ ...good, word: 'SECRET7', direction: 'SECRET7', note: 'SECRET7' });
    expect(errors).toHaveLength(3);
    expect(JSON.stringify(errors)).not.toContain('SECRET7');
  });

  it('accepts exactly what class-validator accepts', () => {
    const odd = fc.oneof(fc.string(), fc.integer({ min: -2, max: 12 }), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.constant(undefined));
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: odd });
    const part = fc.record({ name: maybe(fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme-ascii' })), flag: maybe(fc.boolean()) }, { requiredKeys: ['name'] });
    const whole = fc.record(
      { word: maybe(fc.constantFrom('a', 'bc', 'B')), direction: maybe(fc.constantFrom('in', 'out')), count: maybe(fc.integer({ min: -1, max: 11 })), ratio: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })), parts: fc.array(part, { maxLength: 3 }), data: maybe(fc.constant({})), note: maybe(fc.string({ maxLength: 4, unit: 'grapheme-ascii' })) },
      { requiredKeys: ['parts'] },
    );
    fc.assert(fc.property(whole, (value) => expect(check(value).length === 0).toBe(slowly(value).length === 0)), { numRuns: 500 });
  });

  it('refuses to compile a constraint it has no schema for', () => {
    class Unknown {
      @IsUUID()
      id!: string;
    }
    expect(() => compileDto(Unknown)).toThrow('Unknown.id: no JSON schema for the constraint isUuid');
  });
});
