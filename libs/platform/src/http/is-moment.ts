import { applyDecorators } from '@nestjs/common';
import { IsISO8601, IsRFC3339 } from 'class-validator';

/** RFC 3339, on a day that exists: the one decorator knows the form with its offset, the other the calendar. */
export const IsMoment = () => applyDecorators(IsRFC3339(), IsISO8601({ strict: true }));
