import { Type, plainToInstance } from 'class-transformer';
import { IsString, ValidateNested, validateSync } from 'class-validator';
import { fieldErrors } from './validation-errors';

class Inner {
  @IsString()
  value!: string;
}
class Outer {
  @ValidateNested({ each: true })
  @Type(() => Inner)
  'a/b~c'!: Inner[];
}

it('names nested fields by JSON pointers and the constraint', () => {
  const errors = fieldErrors(validateSync(plainToInstance(Outer, { 'a/b~c': [{ value: 'ok' }, { value: 7 }] })));
  expect(errors).toEqual([{ pointer: '/a~1b~0c/1/value', code: 'isString', detail: 'value must be a string' }]);
});
